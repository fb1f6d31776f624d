/** What an operator may choose at synthesis, by `cdk -c name=value`; every choice has a default. */
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Node } from 'constructs'
import * as z from 'zod'
import { contact } from '../../src/channels/address.ts'
import { budgets } from '../../src/core/budget.ts'
import { LEG_SECONDS, LONGEST_LEG_SECONDS } from '../../src/core/limits.ts'

/** `-c` gives text; what is no JSON stays as it is and is refused by the schema, by name. */
function fromJson(value: unknown): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : value
  } catch {
    return value
  }
}

const config = z.object({
  /** Days after which history, bodies and transcripts expire. */
  historyDays: z.coerce.number().int().min(1).max(3650).default(365),
  /** Days that logs are kept; one of CloudWatch's retention periods. */
  logDays: z.coerce.number().pipe(z.enum(RetentionDays)).default(RetentionDays.ONE_MONTH),
  /** Name of the E2B template that `npm run template` built. */
  e2bTemplate: z.string().min(1).default('baton'),
  /** Who answers as the model: Anthropic, with the operator's key, or Amazon Bedrock, with the gateway's role. */
  modelUpstream: z.enum(['anthropic', 'bedrock']).default('anthropic'),
  /** The model that the CLI asks for; without it the CLI's own default, which Bedrock does not know by its name. */
  model: z.string().min(1).optional(),
  /** What a run, a session, a sender a day and everybody a day may use; JSON when given by `-c`. */
  budgets: z
    .preprocess(fromJson, budgets)
    .default(budgets.parse({ run: { usd: 10 }, day: { usd: 100 } })),
  /** Each reply ends with what its run has spent so far. */
  receiptInReply: z.stringbool().or(z.boolean()).default(false),
  /** How long a worker may take for a leg, in minutes. */
  legMinutes: z.coerce
    .number()
    .min(1)
    .max(LONGEST_LEG_SECONDS / 60)
    .default(LEG_SECONDS / 60),
  /** Who may write to Baton and be written to: numbers, addresses, `@domain`s; JSON when given by `-c`. */
  people: z.preprocess(fromJson, z.array(contact)).default([]),
  /** Our number at Twilio, in E.164, and the account's SID; without them there is no SMS. */
  smsNumber: z
    .string()
    .regex(/^\+[1-9]\d{6,14}$/, 'is no number like +15550100')
    .optional(),
  twilioAccountSid: z
    .string()
    .regex(/^AC[0-9a-fA-F]{32}$/, 'is AC and 32 hexadecimal digits')
    .optional(),
  /** Our email address, at a domain whose email SendGrid's Inbound Parse receives; without it there is no email. */
  emailAddress: z.email().toLowerCase().optional(),
  /** The address that Twilio and SendGrid are told, where it is not the API's own: a domain of yours before it. */
  publicUrl: z
    .url({ protocol: /^https$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  /** What one SMS has at most; the rest is behind a link. */
  smsSegments: z.coerce.number().int().min(1).max(10).default(6),
  /** Days that such links, and those to files, work. */
  linkDays: z.coerce.number().int().min(1).max(30).default(7),
  /** Who gets an email from alarms; nobody without it. */
  alarmEmail: z.email().optional(),
  /** What models may cost a day before an alarm tells of it, in dollars; budgets are what stops them. */
  alarmUsdPerDay: z.coerce.number().positive().default(50),
  /** Keep tables and bucket when the stack is deleted. */
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
    error: 'Bedrock needs one of its own model ids, as anthropic.claude-sonnet-5-5',
  })
export type Config = z.infer<typeof config>

/** What holds where nothing was chosen. */
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
