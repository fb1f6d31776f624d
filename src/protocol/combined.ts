/**
 * Actions of the protocol in one write: what begins a turn with what asks the conductor, and what ends a turn with what
 * closes the run. The parts decide; the model checker explores these with its versions of the parts.
 */
import type { Session, Turn } from '../core/session.ts'
import { transition, unchanged } from '../core/transition.ts'
import type { SessionTransition } from './guards.ts'
import { closeRun, type RunAccount } from './lifecycle.ts'
import { sandboxPaused } from './sandbox.ts'
import { dropFlushed, type Next, type TakeContext, takeMessages } from './take-messages.ts'
import { type AbandonedTurn, type AskClaim, abandonTurn, askConductor } from './turn.ts'

/** Ids of the questions in a turn's messages by which a person has decided about a worker. */
export const decisionsIn = ({ messages }: Pick<Turn, 'messages'>): readonly string[] =>
  messages
    .flatMap(({ questions = [] }) => questions)
    .filter(({ kind }) => kind === 'decision')
    .map(({ id }) => id)

export interface AskContext extends TakeContext, AskClaim {
  /** The decisions that have been applied. */
  readonly decided: readonly string[]
}

/** The turn that is asked and its job, or what is to be done instead. */
export type Asked = { readonly turn: number; readonly job: number } | Next

/**
 * AskConductor: takes what waits and claims a job for it. Nothing is taken if a decision about a worker has come that is
 * not applied yet: AskConductor begins again then.
 */
export function takeAndAsk(
  session: Session,
  r: number,
  { token, sandbox, at, decided, ...context }: AskContext,
  parts = { takeMessages, askConductor },
): SessionTransition<Asked> {
  const { item, output } = parts.takeMessages(session, r, context)
  if (output.do !== 'ask') return transition(item, output)
  if (item.turn && decisionsIn(item.turn).some((id) => !decided.includes(id)))
    return unchanged(session, output)
  const { turn } = output
  const asked = parts.askConductor(item, r, turn, { token, sandbox, at })
  return asked.output === undefined
    ? unchanged(session, output)
    : transition(asked.item, { turn, job: asked.output })
}

/** The conductor's sandbox is paused, and the item drops entries that are in the history. A newer run does both by itself. */
export function pausedAndFlushed(
  session: Session,
  r: number,
  { sandboxId, entries }: { readonly sandboxId: string; readonly entries: ReadonlySet<number> },
): SessionTransition<void> {
  const { item, output } = sandboxPaused(session, r, sandboxId)
  return item === session
    ? unchanged(session, output)
    : transition(dropFlushed(item, { entries, marked: new Set() }), output)
}

/** Abandons turn `n`, which may begin with that. Does nothing if something else is to be done. */
export function takeAndAbandon(
  session: Session,
  r: number,
  n: number,
  context: TakeContext,
  parts = { takeMessages, abandonTurn },
): SessionTransition<AbandonedTurn | undefined> {
  const { item, output } = parts.takeMessages(session, r, context)
  return output.do === 'abandon' && output.turn === n
    ? parts.abandonTurn(item, r, n)
    : unchanged(session, undefined)
}

/** Closes the run if nothing else is to be done. Otherwise returns what is. */
export function takeAndClose(
  session: Session,
  r: number,
  { account, ...context }: TakeContext & { readonly account: RunAccount },
  parts = { takeMessages, closeRun },
): SessionTransition<Next | { readonly do: 'closed' }> {
  const { item, output } = parts.takeMessages(session, r, context)
  if (output.do !== 'close') return transition(item, output)
  const closed = parts.closeRun(item, r, account)
  return closed.output ? transition(closed.item, { do: 'closed' }) : transition(item, output)
}
