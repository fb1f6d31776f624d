/** The settings of a deployment. `baton.schema.json` and docs/settings.md are generated from them: `npm run settings`. */
import type { RetentionDays } from 'aws-cdk-lib/aws-logs'
import * as z from 'zod'
import { contact } from '../../src/channels/index.ts'
import { verifyMode } from '../../src/contract/review.ts'
import { approvalMode } from '../../src/core/approval-mode.ts'
import { budgets } from '../../src/core/budget.ts'
import { egress } from '../../src/core/egress.ts'
import {
  LEG_SECONDS,
  LONGEST_LEG_SECONDS,
  WORKER_ATTEMPTS,
  WORKER_HOURS,
} from '../../src/core/limits.ts'
import { longestWait, QUESTION_HOURS } from '../../src/core/question.ts'
import { MAX_LEGS } from '../../src/core/worker.ts'

/** CloudWatch's retention periods. Only the type is imported, because `npm start` does not load the CDK. */
const RETENTION: readonly RetentionDays[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653, 9999,
]

const model = z.string().min(1)
const flag = z.boolean()
const hours = z.number().positive().max(2160)

/** A setting's description says what it does; `meta.local` that `npm start` follows it, too. */
const local = { local: true } as const

export const settings = z.strictObject({
  people: z
    .array(contact)
    .default([])
    .describe(
      'Who may exchange messages with Baton: numbers like `+15550100`, addresses, and domains like `@example.com`',
    )
    .meta(local),
  budgets: budgets
    .default(budgets.parse({ run: { usd: 10 }, day: { usd: 100 } }))
    .describe(
      'What a run, a session, a sender a day and all senders a day (UTC) may use: `usd`, `turns`, `workers`, sandbox `minutes`',
    )
    .meta(local),
  receiptInReply: flag
    .default(false)
    .describe('Ends each reply with what its run has spent so far')
    .meta(local),
  approvals: approvalMode
    .default('first')
    .describe(
      'Which messages to anyone but the person who asked wait for a yes: `none`, `first` (the first one to an address in a session, and any with files), `files` (any with files), `always`',
    )
    .meta(local),
  conductorEgress: egress
    .default('open')
    .describe(
      'What conductors may reach beside Baton itself: `open`, or a list of hosts; see security.md',
    )
    .meta(local),
  workerEgress: egress
    .default('open')
    .describe(
      'What workers may reach beside Baton itself: `open`, or a list of hosts; see security.md',
    )
    .meta(local),
  verify: verifyMode
    .default('once')
    .describe(
      'Which reports of workers a verifier checks if the conductor does not say, and the work has files and criteria: `none`, `once` (each until one verification found everything met), `always`',
    )
    .meta(local),
  verifierModel: model
    .optional()
    .describe("The model of the verifiers. Without it, they use the workers' model")
    .meta(local),
  model: model
    .optional()
    .describe("The model that Claude Code uses; by default the CLI's own. Bedrock needs one"),
  modelUpstream: z
    .enum(['anthropic', 'bedrock'])
    .default('anthropic')
    .describe(
      "The provider of the model: Anthropic with your key, or Amazon Bedrock with the gateway's role",
    ),
  legMinutes: z
    .number()
    .min(1)
    .max(LONGEST_LEG_SECONDS / 60)
    .default(LEG_SECONDS / 60)
    .describe('How many minutes a worker may take for one leg')
    .meta(local),
  attempts: z
    .number()
    .int()
    .min(1)
    .max(MAX_LEGS)
    .default(WORKER_ATTEMPTS)
    .describe('How many attempts a worker has before a person decides what becomes of it')
    .meta(local),
  workerHours: z
    .number()
    .min(0.1)
    .max(100)
    .default(WORKER_HOURS)
    .describe("How many hours a worker's attempts may take together before a person decides")
    .meta(local),
  remindAfterHours: hours
    .default(QUESTION_HOURS.remind)
    .describe('After how many hours people are reminded of a question, once')
    .meta(local),
  expiresAfterHours: hours
    .optional()
    .describe(
      `After how many hours a question expires: at least a day before the history does. Without it, ${QUESTION_HOURS.expire}, or as many as the history allows`,
    )
    .meta(local),
  smsNumber: z
    .string()
    .regex(/^\+[1-9]\d{6,14}$/, 'must be a number like +15550100')
    .optional()
    .describe("Baton's number at Twilio, in E.164. SMS is off without it or `messagingServiceSid`"),
  messagingServiceSid: z
    .string()
    .regex(/^MG[0-9a-fA-F]{32}$/, 'must be MG and 32 hexadecimal digits')
    .optional()
    .describe('The Messaging Service at Twilio that sends, instead of `smsNumber`'),
  twilioAccountSid: z
    .string()
    .regex(/^AC[0-9a-fA-F]{32}$/, 'must be AC and 32 hexadecimal digits')
    .optional()
    .describe('The SID of the account at Twilio; needed for SMS'),
  smsSegments: z
    .number()
    .int()
    .min(1)
    .max(10)
    .default(6)
    .describe('The most segments of one SMS. A longer text is behind a link')
    .meta(local),
  emailAddress: z
    .email()
    .toLowerCase()
    .optional()
    .describe(
      "Baton's email address, at a domain whose email SendGrid's Inbound Parse receives. Email is off without it",
    ),
  linkDays: z
    .number()
    .int()
    .min(1)
    .max(30)
    .default(7)
    .describe('How many days links to texts and files work')
    .meta(local),
  publicUrl: z
    .url({ protocol: /^https$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .describe(
      "The URL that Twilio and SendGrid call, if it is not the API's own, for example a custom domain",
    ),
  historyDays: z
    .number()
    .int()
    .min(1)
    .max(3650)
    .default(365)
    .describe('After how many days history expires; files are kept a week longer'),
  logDays: z
    .literal(RETENTION)
    .default(30)
    .describe("How many days logs are kept; one of CloudWatch's periods"),
  stage: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,19}$/, 'must be up to 20 of a-z, 0-9 and -, beginning with a letter')
    .optional()
    .describe(
      'Names another deployment in the same account and region: its stack is `Baton-<stage>`. Without it the stack is `Baton`',
    ),
  retainData: flag.default(true).describe('Keeps tables and bucket when the stack is deleted'),
  e2bTemplate: z
    .string()
    .min(1)
    .default('baton')
    .describe('The name of the E2B template that `baton template build` built'),
  waitingReaders: z
    .number()
    .int()
    .min(0)
    .max(500)
    .default(4)
    .describe(
      'How many requests may wait for news at once, each in a function of its own. A new account runs 10 functions at once, of which the default leaves six for messages and work',
    ),
  consoleDashboard: flag
    .default(false)
    .describe(
      "Makes a dashboard of all metrics in CloudWatch's console. An account has three free ones, further ones cost $3 a month",
    ),
  alarmEmail: z
    .email()
    .optional()
    .describe('Who gets emails from alarms, and must confirm the first one. Without it, nobody'),
  alarmUsdPerDay: z
    .number()
    .positive()
    .default(50)
    .describe(
      'The model cost of a day, in dollars, that raises an alarm. Only budgets stop spending',
    ),
})
export type SettingName = keyof z.infer<typeof settings>

export const SETTING_NAMES = Object.keys(settings.shape) as readonly SettingName[]

/** Returns the name of the stack, with which the names of a deployment's secrets, logs and dashboards begin. */
export const stackNameOf = ({ stage }: Pick<Config, 'stage'>): string =>
  stage === undefined ? 'Baton' : `Baton-${stage}`

/** Whether `npm start` follows a setting. The others name services that are replaced on one machine. */
export const isLocal = (name: SettingName): boolean => settings.shape[name].meta()?.local === true

/** The settings, and what must hold between them. */
export const consistentSettings = settings
  .refine(
    ({ smsNumber, messagingServiceSid, twilioAccountSid }) =>
      ((smsNumber ?? messagingServiceSid) === undefined) === (twilioAccountSid === undefined),
    {
      path: ['smsNumber'],
      error: 'SMS needs twilioAccountSid, and either smsNumber or messagingServiceSid',
    },
  )
  .refine(
    ({ smsNumber, messagingServiceSid }) =>
      smsNumber === undefined || messagingServiceSid === undefined,
    {
      path: ['messagingServiceSid'],
      error: 'SMS is sent by a number or by a Messaging Service, so set only one of them',
    },
  )
  .refine(({ modelUpstream, model }) => modelUpstream !== 'bedrock' || model !== undefined, {
    path: ['model'],
    error: 'Bedrock needs one of its own model ids, such as anthropic.claude-sonnet-5-5',
  })
  .refine(
    ({ expiresAfterHours = 0, historyDays }) => expiresAfterHours <= longestWait(historyDays),
    {
      path: ['expiresAfterHours'],
      error:
        'A question has to expire at least a day (of one day: 12 hours) before the history does, because the addresses of those who are asked are kept as long as the history; see historyDays',
    },
  )
  .transform((given) => ({
    ...given,
    expiresAfterHours:
      given.expiresAfterHours ?? Math.min(QUESTION_HOURS.expire, longestWait(given.historyDays)),
  }))
export type Config = z.infer<typeof consistentSettings>
