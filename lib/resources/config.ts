/** The configuration that an operator sets with `cdk -c name=value`. Every value has a default. */
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Node } from 'constructs'
import * as z from 'zod'
import { contact } from '../../src/channels/index.ts'
import { budgets } from '../../src/core/budget.ts'
import { LEG_SECONDS, LONGEST_LEG_SECONDS } from '../../src/core/limits.ts'

/** Parses text from `-c`. Text that is not JSON stays as it is, so that the schema refuses it by name. */
function fromJson(value: unknown): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : value
  } catch {
    return value
  }
}

const config = z.object({
  /** After how many days history, bodies and transcripts expire. */
  historyDays: z.coerce.number().int().min(1).max(3650).default(365),
  /** How many days logs are kept; one of CloudWatch's retention periods. */
  logDays: z.coerce.number().pipe(z.enum(RetentionDays)).default(RetentionDays.ONE_MONTH),
  /** The name of the E2B template that `npm run template` built. */
  e2bTemplate: z.string().min(1).default('baton'),
  /** The provider of the model: Anthropic with the operator's key, or Amazon Bedrock with the gateway's role. */
  modelUpstream: z.enum(['anthropic', 'bedrock']).default('anthropic'),
  /** The model that the CLI uses. The CLI's default name is unknown to Bedrock. */
  model: z.string().min(1).optional(),
  /** What a run, a session, a sender a day and all senders a day may use. JSON if given by `-c`. */
  budgets: z
    .preprocess(fromJson, budgets)
    .default(budgets.parse({ run: { usd: 10 }, day: { usd: 100 } })),
  /** Whether each reply ends with what its run has spent so far. */
  receiptInReply: z.stringbool().or(z.boolean()).default(false),
  /** How many minutes a leg may take. */
  legMinutes: z.coerce
    .number()
    .min(1)
    .max(LONGEST_LEG_SECONDS / 60)
    .default(LEG_SECONDS / 60),
  /** Who may exchange messages with Baton: numbers, addresses and `@domain`s. JSON if given by `-c`. */
  people: z.preprocess(fromJson, z.array(contact)).default([]),
  /** Baton's number at Twilio in E.164, and the account's SID. Without them, SMS is off. */
  smsNumber: z
    .string()
    .regex(/^\+[1-9]\d{6,14}$/, 'must be a number like +15550100')
    .optional(),
  twilioAccountSid: z
    .string()
    .regex(/^AC[0-9a-fA-F]{32}$/, 'must be AC and 32 hexadecimal digits')
    .optional(),
  /** Baton's email address, at a domain whose email SendGrid's Inbound Parse receives. Without it, email is off. */
  emailAddress: z.email().toLowerCase().optional(),
  /** The public URL for Twilio and SendGrid, if it is not the API's own, for example a custom domain. */
  publicUrl: z
    .url({ protocol: /^https$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  /** The most segments of one SMS. A longer text is behind a link. */
  smsSegments: z.coerce.number().int().min(1).max(10).default(6),
  /** How many days links to texts and files work. */
  linkDays: z.coerce.number().int().min(1).max(30).default(7),
  /** Who gets emails from alarms. Without it, alarms send none. */
  alarmEmail: z.email().optional(),
  /** The model cost a day, in dollars, that raises an alarm. Only budgets stop spending. */
  alarmUsdPerDay: z.coerce.number().positive().default(50),
  /** Whether to keep tables and the bucket when the stack is deleted. */
  retainData: z.stringbool().or(z.boolean()).default(true),
})
const consistent = config
  .refine(
    ({ smsNumber, twilioAccountSid }) =>
      (smsNumber === undefined) === (twilioAccountSid === undefined),
    {
      path: ['smsNumber'],
      error: 'SMS needs both smsNumber and twilioAccountSid',
    },
  )
  .refine(({ modelUpstream, model }) => modelUpstream !== 'bedrock' || model !== undefined, {
    path: ['model'],
    error: 'Bedrock needs one of its own model ids, such as anthropic.claude-sonnet-5-5',
  })
export type Config = z.infer<typeof config>

/** The default configuration. */
export const defaults: Config = config.parse({})

/** Reads the configuration from the app's context. Throws an error that names each bad value. */
export function readConfig(node: Node): Config {
  const names = Object.keys(config.shape)
  const given = names.map((name) => [name, node.tryGetContext(name)] as const)
  const parsed = consistent.safeParse(
    Object.fromEntries(given.filter(([, value]) => value !== undefined)),
  )
  if (!parsed.success) throw new Error(`cdk context: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}
