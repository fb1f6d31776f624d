/**
 * The marks: the highest acceptable value of a figure. They are goals. The report names the missed ones, with the
 * reason.
 */

/** For one message, the second of its session: the functions and their connections are warm. */
interface MessageMarks {
  readonly invocations: number
  /** Requests to DynamoDB. */
  readonly writes: number
  readonly reads: number
  readonly transitions: number
}

export const MESSAGE_MARKS = {
  'no worker': { invocations: 7, writes: 10, reads: 12, transitions: 8 },
  'one worker, one review': { invocations: 18, writes: 28, reads: 40, transitions: 18 },
  'eight workers': { invocations: 80, writes: 140, reads: 200, transitions: 50 },
} as const satisfies Record<string, MessageMarks>

/** The first message of a deployment, without a worker. */
export const COLD_SECRET_READS = 4

/** From the accepted webhook to the running CLI, warm, without E2B and the runner's own start. */
export const OWN_HOPS_MS = 100

/** The cold way on 29 November 2026, with a function for each state of a run and 512 MB for each function. */
const COLD_WAY_BASE_MS = 4_700

/** From the webhook to the running CLI when nothing is warm, without E2B and the CLI. */
export const COLD = {
  functionsInARow: 5,
  functionsInARowWithWorker: 6,
  wayMs: COLD_WAY_BASE_MS / 2,
} as const

/** Requests and units of a message when its history has 2,000 entries, relative to the first messages. */
export const AGED_UNITS = 1.05

export const IDLE_USD_A_MONTH = 2

/** For every function. The one that parses emails may be larger. */
export const BUNDLE_KB = { email: 700, others: 400 } as const

/** CPU time of the slowest import of a bundle. */
export const IMPORT_MS = 60

/** Eight tasks of two seconds, relative to one. */
export const EIGHT_BESIDE_ONE = 1.3

/** Server, functions, runner and sandbox daemon. */
export const CPU_SECONDS_A_MESSAGE = 0.2

/** With 2,000 sessions, a minute after the last reply. */
export const GIVEN_BACK_MB = { server: 300, tree: 2_000 } as const

/** The slowest ordinary read while 60 readers wait. */
export const READ_BESIDE_WAITING_MS = 200

export const START = {
  synthUnchangedSeconds: 4,
  synthColdSeconds: 8,
  freshToListeningSeconds: 10,
  warmToListeningSeconds: 3,
} as const

/** The dashboard: the first view with everything it needs, and a conversation of 10,000 entries. */
export const PAGE = { firstViewKb: 45, firstPaintMs: 1_000, longConversationMs: 1_000 } as const
