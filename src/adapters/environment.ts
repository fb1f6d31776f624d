/**
 * A function's environment variables, checked at start. Each is set by the binding that grants the access it stands
 * for.
 */
import * as z from 'zod'
import { verifyMode } from '../contract/review.ts'
import { approvalMode } from '../core/approval-mode.ts'
import { budgets } from '../core/budget.ts'
import { egress } from '../core/egress.ts'
import { LEG_SECONDS, WORKER_ATTEMPTS, WORKER_HOURS } from '../core/limits.ts'
import { QUESTION_HOURS } from '../core/question.ts'

/** JSON. Functions of an earlier deployment do not have it. */
const allowedHosts = z
  .string()
  .default('"open"')
  .transform((text) => egress.parse(JSON.parse(text)))

const variables = {
  SESSIONS_TABLE: z.string(),
  WORKERS_TABLE: z.string(),
  CONVERSATIONS_TABLE: z.string(),
  USAGE_TABLE: z.string(),
  CONTACTS_TABLE: z.string(),
  BUCKET: z.string(),
  QUEUE_URL: z.string(),
  OUTBOX_URL: z.string(),
  CANCELLATIONS_URL: z.string(),
  REVIEW_LOOP_ARN: z.string(),
  WORKER_LEG_ARN: z.string(),
  DEPLOYMENT: z.string(),
  /** The name of the deployment in its metrics. */
  METRICS_SERVICE: z.string(),
  /** The console's URL for an execution, up to the ARN. Empty on one machine, which has no console. */
  CONSOLE_URL: z.union([z.literal('').transform(() => null), z.url()]),
  CALLBACK_URL: z.url(),
  /** The keys of all routes, separated by commas. */
  ROUTES: z.string().transform((keys) => keys.split(',')),
  E2B_TEMPLATE: z.string(),
  /** What sandboxes of conductors, and of workers and verifiers, may reach. */
  CONDUCTOR_EGRESS: allowedHosts,
  WORKER_EGRESS: allowedHosts,
  /** Where sandboxes fetch and put files by links. */
  OBJECTS_HOST: z.string(),
  MODEL_BASE_URL: z.url(),
  /** Whether the upstream expects an API key or a request signed with the function's role. */
  MODEL_UPSTREAM: z.enum(['anthropic', 'bedrock']).default('anthropic'),
  /** If absent, the CLI uses its default. */
  MODEL_NAME: z.string().optional(),
  /** The model of verifiers. If absent, it is that of workers. */
  VERIFIER_MODEL: z.string().optional(),
  /** Which reports are verified if a command does not say. */
  VERIFY: verifyMode.default('once'),
  AWS_REGION: z.string(),
  GATEWAY_URL: z.url(),
  /** JSON. If absent, nothing is limited. */
  BUDGETS: z
    .string()
    .default('{}')
    .transform((text) => budgets.parse(JSON.parse(text))),
  RECEIPT_IN_REPLY: z.stringbool().default(false),
  /** Which messages to other people wait for approval. */
  APPROVALS: approvalMode.default('first'),
  /** How long a leg may take. */
  LEG_SECONDS: z.coerce.number().int().positive().default(LEG_SECONDS),
  /** How many legs a worker may have, and how many hours they may take together. */
  WORKER_ATTEMPTS: z.coerce.number().int().positive().default(WORKER_ATTEMPTS),
  WORKER_HOURS: z.coerce.number().positive().default(WORKER_HOURS),
  /** After how many hours a person is reminded of a question, and after how many it expires. */
  REMIND_HOURS: z.coerce.number().positive().default(QUESTION_HOURS.remind),
  EXPIRE_HOURS: z.coerce.number().positive().default(QUESTION_HOURS.expire),
  /** How many requests may wait for news at once. */
  WAITING_READERS: z.coerce.number().int().min(0).default(4),
  HISTORY_DAYS: z.coerce.number().int().positive(),
  /** The URL of the dashboard, without a trailing slash. */
  DASHBOARD_URL: z.url(),
  /** The public URL of this API, without a trailing slash. */
  PUBLIC_URL: z.url(),
  /** Baton's number in E.164, or its Messaging Service (`MG…`). If absent, SMS is off. */
  SMS_NUMBER: z.string().optional(),
  /** Baton's email address. If absent, email is off. */
  EMAIL_ADDRESS: z.string().optional(),
  /** The allow list, in addition to the one in the table: JSON. */
  PEOPLE: z
    .string()
    .default('[]')
    .transform((text) => z.array(z.string()).parse(JSON.parse(text))),
  /** Whether that list is too long for a variable. Then it is one item of the Contacts table. */
  PEOPLE_IN_TABLE: z.stringbool().default(false),
  /** The most segments of one reply by SMS. */
  SMS_SEGMENTS: z.coerce.number().int().positive().default(6),
  /** How long a short link works. */
  LINK_DAYS: z.coerce.number().int().positive().default(7),
  API_TOKEN_SECRET: z.string(),
  READ_TOKEN_SECRET: z.string(),
  JOB_KEY_SECRET: z.string(),
  E2B_KEY_SECRET: z.string(),
  MODEL_KEY_SECRET: z.string(),
  TWILIO_ACCOUNT_SID: z.string().optional(),
  TWILIO_API_URL: z.url().default('https://api.twilio.com'),
  SENDGRID_API_URL: z.url().default('https://api.sendgrid.com'),
  /** The account's auth token, which also signs what Twilio posts. */
  TWILIO_TOKEN_SECRET: z.string(),
  SENDGRID_KEY_SECRET: z.string(),
  /** The key that verifies SendGrid's posts. */
  SENDGRID_PUBLIC_KEY_SECRET: z.string(),
  /** Makes links and Message-IDs that cannot be guessed. */
  LINK_KEY_SECRET: z.string(),
} as const

/** A variable that bindings may set and functions may read. */
export type EnvironmentVariable = keyof typeof variables

/** Names the variables that the function's bindings have set, separated by commas. */
export const BOUND_VARIABLES = 'BOUND_VARIABLES'

const isKnown = (name: string): name is EnvironmentVariable => Object.hasOwn(variables, name)

/**
 * Checks all variables that the function's bindings have set. Throws an error that names every missing or invalid one,
 * because a function with an incomplete environment would fail later, in the middle of its work.
 */
export function checkEnvironment(environment: NodeJS.Dict<string> = process.env): void {
  const names = (environment[BOUND_VARIABLES] ?? '').split(',').filter(isKnown)
  const faults = names.flatMap((name) => faultOf(name, environment[name]) ?? [])
  if (faults.length > 0)
    throw new Error(
      `The environment of this function has changed since its deployment: ${faults.join('; ')}. Deploy the stack again.`,
    )
}

function faultOf(name: EnvironmentVariable, value: string | undefined): string | undefined {
  if (value === undefined) return `${name} is not set`
  try {
    const { error } = variables[name].safeParse(value)
    return error && `${name}: ${error.issues[0]?.message}`
  } catch (error) {
    // JSON is parsed in a transformation, whose errors zod does not catch.
    return `${name}: ${error instanceof Error ? error.message : error}`
  }
}

checkEnvironment()

/** Returns a variable's value. Throws if the function has no binding that sets it. */
export function env<N extends EnvironmentVariable>(name: N): z.infer<(typeof variables)[N]> {
  const parsed = variables[name].safeParse(process.env[name])
  if (!parsed.success)
    throw new Error(`${name} is not set: bind the function to it in lib/capabilities`)
  return parsed.data as z.infer<(typeof variables)[N]>
}
