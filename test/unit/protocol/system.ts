/** The system under exploration: the product's own functions, and the order of the effects around them. */
import { endLeg } from '../../../src/core/leg.ts'
import {
  beginVerification,
  isVerifying,
  storeVerification,
} from '../../../src/core/verification.ts'
import { closeWorker, instruct } from '../../../src/core/worker.ts'
import { append, recoverRun } from '../../../src/protocol/append.ts'
import { takeAndAbandon, takeAndAsk, takeAndClose } from '../../../src/protocol/combined.ts'
import { expire } from '../../../src/protocol/expire.ts'
import { reportArrived } from '../../../src/protocol/guards.ts'
import { isCurrentJob, storeResult } from '../../../src/protocol/job.ts'
import {
  awaitMessage,
  closeRun,
  notifyAbandoned,
  stopRun,
} from '../../../src/protocol/lifecycle.ts'
import { noteTurnTrouble } from '../../../src/protocol/note-trouble.ts'
import { askBeforeClose } from '../../../src/protocol/questions.ts'
import { receive } from '../../../src/protocol/receive.ts'
import { advanceTurn } from '../../../src/protocol/run-commands.ts'
import { takeMessages } from '../../../src/protocol/take-messages.ts'
import { abandonTurn, acceptTurn, askConductor, askTurnAgain } from '../../../src/protocol/turn.ts'

const actions = {
  append,
  receive,
  expire,
  recover: recoverRun,
  takeMessages,
  takeAndAbandon,
  takeAndAsk,
  takeAndClose,
  ask: askConductor,
  accept: acceptTurn,
  askAgain: askTurnAgain,
  advance: advanceTurn,
  awaitMessage,
  askBeforeClose,
  closeRun,
  abandon: abandonTurn,
  notify: notifyAbandoned,
  noteTrouble: noteTurnTrouble,
  isCurrentJob,
  reportArrived,
  storeResult,
  stop: stopRun,
  isVerifying,
  beginVerification,
  storeVerification,
  endLeg,
  instruct,
  closeWorker,
}

/** What the handlers do around the actions; a mutant turns one of them off. */
const effects = {
  /** A message is stored before it is queued. */
  bodyFirst: true,
  /** The append opens the run (off: `open`, a separate update, does). */
  appendOpens: true,
  /** The dead-letter consumer appends and wakes (off: it leaves a tombstone for an unknown message). */
  deadLettersAppend: true,
  /** If nobody waits for a token, an execution is started. */
  startsAfterToken: true,
  /** If the name of a start is used up, a recovery follows. */
  recoversUsedName: true,
  /** Open runs without a running execution are found. */
  sweeps: true,
  /** The runner's lock lets a higher job number replace a lower one only. */
  fencesJobs: true,
  /** The callback stores the result before it completes the token. */
  resultFirst: true,
  /** It completes the token that is current when the result is stored (off: when it was posted). */
  answersCurrentToken: true,
  /** An email is claimed before it is sent. */
  claimsEmail: true,
  /** A worker is named by its command. */
  namesWorkers: true,
  /** A leg's report is queued before it is marked as reported. */
  reportFirst: true,
  /** Whether a worker has reported is asked of its item (off: of the session). */
  trustsMark: false,
  /** A stop affects no job number higher than the one it saw. */
  stopsOlderJobs: true,
  /** A stop closes and empties in its first update (off: in its last step). */
  stopsAtOnce: true,
  /** The update that removes the abandoned messages also writes the notice (off: a later one). */
  noticeWithTell: true,
  /** A verifier's item is created before its leg is marked as being verified. */
  verifierFirst: true,
  /** What became of a verification is stored before the report is queued. */
  verificationFirst: true,
  /** A verification whose execution is over is collected. */
  recoversVerification: true,
  /** Verifiers of legs that are over are ended. */
  sweepsVerifiers: true,
  /** What a person has decided about a worker is applied before the conductor is asked. */
  appliesDecisions: true,
  /** AwaitMessage's `k` is larger after a redrive. */
  redriveGrowsToken: true,
}

/** The actions have the product's types; a mutant replaces one or turns an effect off. */
export type System = typeof actions & Readonly<Record<keyof typeof effects, boolean>>

export const product: System = { ...actions, ...effects }
