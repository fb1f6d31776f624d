/** The system under exploration: the product's own functions, and the order of the effects around them. */
import { append, recoverRun } from '../../../src/protocol/append.ts'
import { isCurrentJob, storeResult } from '../../../src/protocol/job.ts'
import {
  awaitMessage,
  closeRun,
  notifyAbandoned,
  stopRun,
} from '../../../src/protocol/lifecycle.ts'
import { takeMessages } from '../../../src/protocol/take-messages.ts'
import {
  abandonTurn,
  acceptTurn,
  advanceTurn,
  askConductor,
  askTurnAgain,
} from '../../../src/protocol/turn.ts'

const actions = {
  append,
  recover: recoverRun,
  takeMessages,
  ask: askConductor,
  accept: acceptTurn,
  askAgain: askTurnAgain,
  advance: advanceTurn,
  awaitMessage,
  closeRun,
  abandon: abandonTurn,
  notify: notifyAbandoned,
  isCurrentJob,
  storeResult,
  stop: stopRun,
}

/** What the handlers do around the actions; a mutant turns one of them off. */
const effects = {
  /** Whoever queues a message has stored its content. */
  bodyFirst: true,
  /** The append opens the run (off: `open`, an update of its own, does). */
  appendOpens: true,
  /** The dead-letter consumer appends and wakes (off: it leaves a tombstone for an unknown message). */
  deadLettersAppend: true,
  /** A token that nobody waits for is followed by a start. */
  startsAfterToken: true,
  /** A start whose name is used up is followed by a recovery. */
  recoversUsedName: true,
  /** Open runs without a running execution are found. */
  sweeps: true,
  /** The runner's lock lets a higher job number displace a lower one only. */
  fencesJobs: true,
  /** The callback stores the result, then answers the token. */
  resultFirst: true,
  /** It answers the token that is current when the result is stored (off: when it was posted). */
  answersCurrentToken: true,
  /** An email is claimed before it is sent. */
  claimsEmail: true,
  /** A worker is named by its command. */
  namesWorkers: true,
  /** A leg's report is queued before it is marked as reported. */
  reportFirst: true,
  /** Stopping leaves job numbers alone that are higher than the one it saw. */
  stopsOlderJobs: true,
  /** Stop closes and empties in its first update (off: in its last step). */
  stopsAtOnce: true,
  /** The notice is written by the update that clears the abandoned messages (off: after it). */
  noticeWithTell: true,
  /** AwaitMessage's `k` is larger after a redrive. */
  redriveGrowsToken: true,
}

/** The actions' types are the product's; a mutant replaces one or turns an effect off. */
export type System = typeof actions & Readonly<Record<keyof typeof effects, boolean>>

export const product: System = { ...actions, ...effects }
