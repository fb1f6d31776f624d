/** Actions on the turn under way: ask the conductor, accept its reply, or abandon it. */
import { MAX_ASKED } from '../core/limits.ts'
import type { Session, Turn, Unusable, VerdictLine } from '../core/session.ts'
import { add, since, type Tally } from '../core/tally.ts'
import { transition, unchanged } from '../core/transition.ts'
import {
  count,
  currentTurn,
  notify,
  remainingCommands,
  type SessionTransition,
  withoutTurn,
} from './guards.ts'
import { answerInWords } from './own-words.ts'
import { type AwakeSandbox, afterResult, inSandbox } from './sandbox.ts'
import { readOrAbandon } from './take-messages.ts'

export interface AskClaim {
  readonly token: string
  readonly sandbox: AwakeSandbox
  /** ISO 8601. */
  readonly at: string
}

/** AskConductor: claims a new job number for the current run. Returns it, or undefined if the session changed. */
export function askConductor(
  session: Session,
  r: number,
  n: number,
  claim: AskClaim,
): SessionTransition<number | undefined> {
  const turn = currentTurn(session, r, n, 'ask')
  if (!turn || turn.result !== undefined || turn.asked >= MAX_ASKED || turn.advice !== undefined)
    return unchanged(session, undefined)
  const job = session.lastJob + 1
  const asked: Turn = { ...turn, job, asked: turn.asked + 1, token: claim.token }
  const moved = inSandbox(session, claim.sandbox, claim.at)
  return transition({ ...moved, lastJob: job, turn: asked }, job)
}

export interface Decision {
  /** The stored result that the turn was read from. */
  readonly result: string
  readonly commands: number
  readonly spawns: number
  /** The transcript from which the next turn starts. If absent, it starts where this turn did. */
  readonly transcript?: string | undefined
  /** A notice for the history: what the conductor did not remember, or will not remember. */
  readonly forgot?: string | undefined
  readonly replies: boolean
  /** The reply is sent to nobody, because its readers read the history. */
  readonly unsent: boolean
  /** Model usage of its jobs. */
  readonly used: Tally
  /** The ledger's total, if the reply should say what the run has spent so far. */
  readonly models?: Tally | undefined
  /** What a person reads of the work that it accepts. */
  readonly verdicts?: readonly VerdictLine[]
  /** The version of the prompt that the conductor got. */
  readonly prompt?: string
  /** Questions that stay open, though messages of the turn may answer them. */
  readonly keeps?: readonly string[]
  /** There was neither a reply nor work, even when asked again. The person gets a plain notice. */
  readonly silent: boolean
  /** ISO 8601. */
  readonly at: string
}

/**
 * Removes the turn's messages from the inbox, closes the questions that they answer, and numbers its commands and
 * its entry. Returns the commands to
 * run, or undefined if the session changed.
 */
export function acceptTurn(
  session: Session,
  r: number,
  n: number,
  decision: Decision,
): SessionTransition<readonly number[] | undefined> {
  const before = currentTurn(session, r, n, 'run')
  if (before) return unchanged(session, remainingCommands(before))
  const turn = currentTurn(session, r, n, 'ask')
  if (!turn || turn.result !== decision.result) return unchanged(session, undefined)
  const covered = new Set(turn.messages.map(({ seq }) => seq))
  const { keeps = [], at } = decision
  const answered = answerInWords(session, turn, { keeps, at })
  const entry = answered.lastSeq + 1
  const counts = countsOf(decision)
  const {
    job: _job,
    token: _token,
    result: _result,
    again: _again,
    problems: _problems,
    trouble: _trouble,
    noted: _noted,
    ...kept
  } = turn
  const running: Turn = {
    ...kept,
    phase: 'run',
    count: decision.commands,
    next: 0,
    firstWorker: session.lastWorker + 1,
    accepted: decision.result,
    entry,
  }
  const accepted: Session = {
    ...answered,
    run: { ...session.run, tries: 0 },
    inbox: session.inbox.filter((message) => !covered.has(message.seq)),
    turn: running,
    lastSeq: entry,
    lastWorker: session.lastWorker + decision.spawns,
    conductor: afterResult(
      remembering(session, turn, decision.transcript),
      decision.transcript !== undefined,
    ),
    pendingEntries: [
      ...answered.pendingEntries,
      {
        seq: entry,
        kind: 'turn',
        n,
        run: session.run.id,
        at: decision.at,
        covered: turn.messages.map(({ id }) => ({ id })),
        result: decision.result,
        silent: decision.silent,
        firstWorker: running.firstWorker,
        used: decision.used,
        ...(decision.prompt !== undefined && { prompt: decision.prompt }),
        ...(decision.verdicts && decision.verdicts.length > 0 && { verdicts: decision.verdicts }),
        ...(decision.models && {
          soFar: since(add(session.counts, counts, decision.models), session.receipted),
        }),
      },
    ],
  }
  const told =
    decision.forgot === undefined ? accepted : notify(accepted, decision.forgot, decision.at, [])
  return transition(count(told, counts, Date.parse(decision.at)), remainingCommands(running))
}

/** The conductor after a turn. Without a transcript it will not remember this turn, nor the ones after it. */
function remembering(
  { conductor }: Session,
  { messages }: Turn,
  transcript: string | undefined,
): Session['conductor'] {
  const { forgottenFrom, ...known } = conductor
  if (transcript !== undefined) return { ...known, transcript }
  const first = Math.min(...messages.map(({ seq }) => seq))
  return { ...known, forgottenFrom: forgottenFrom ?? first }
}

/** A reply that is sent is counted when it is delivered. */
const countsOf = ({ commands, replies, silent, unsent }: Decision): Tally => ({
  turns: 1,
  commands,
  ...(unsent && (replies || silent) && { 'out.http': 1 }),
})

/**
 * Drops an unusable result, so that the turn is asked again if it may be. The job is removed
 * too, because a runner that got no response posts the same result once more, which must not be read twice.
 */
export function askTurnAgain(
  session: Session,
  r: number,
  n: number,
  { result, again, trouble, advice, problems }: Unusable & { result: string },
): SessionTransition<void> {
  const turn = currentTurn(session, r, n, 'ask')
  if (!turn || turn.result !== result) return unchanged(session, undefined)
  const { result: _result, job: _job, token: _token, problems: earlier, ...kept } = turn
  // Without a new reason the earlier one stays, with what was wrong.
  const wrong = again ? problems : earlier
  const why = {
    trouble,
    ...(again && { again }),
    ...(wrong && { problems: wrong }),
    ...(advice !== undefined && { advice }),
  }
  return transition({ ...session, turn: { ...kept, ...why } }, undefined)
}

export interface AbandonedTurn {
  /** The last problem. */
  readonly trouble: string
  /** What to do about it, if asking again does not help. */
  readonly advice?: string
  /** Whether one of its messages is from a person. */
  readonly fromPerson: boolean
}

/** Abandons the turn, unless its result has come after all. Its messages wait until their senders are told. */
export function abandonTurn(
  session: Session,
  r: number,
  n: number,
): SessionTransition<AbandonedTurn | undefined> {
  const turn = currentTurn(session, r, n, 'ask')
  if (!turn || readOrAbandon(session) === 'read') return unchanged(session, undefined)
  const covered = new Set(turn.messages.map(({ seq }) => seq))
  return transition(
    {
      ...withoutTurn(session),
      run: { ...session.run, tries: 0 },
      inbox: session.inbox.filter((message) => !covered.has(message.seq)),
      abandoned: [...session.abandoned, ...turn.messages],
    },
    {
      trouble: turn.trouble ?? 'the conductor did not answer',
      ...(turn.advice !== undefined && { advice: turn.advice }),
      fromPerson: turn.messages.some(({ from }) => from === 'person'),
    },
  )
}
