/** A person's order: noted in the history, done and answered in one update; the conductor never sees it. */

import { overText, spentText } from '../core/receipt.ts'
import type { Session } from '../core/session.ts'
import { HELP, type Order } from '../core/slash-command.ts'
import { add, type Tally } from '../core/tally.ts'
import { step } from '../core/transition.ts'
import { type Arrival, note, raiseAndResume, type Wake, wakeOf } from './append.ts'
import { notify, type Step, unanswered } from './guards.ts'
import { type Account, stop } from './lifecycle.ts'

export interface Obeyed {
  readonly wake: Wake
  /** That run's execution and legs are to be ended, and the conductor's jobs before number `job`, or its whole sandbox. */
  readonly stopped?: { readonly run: number; readonly job?: number; readonly sandboxId?: string }
  /** The workers are to be ended. */
  readonly kill?: true
}

export interface Ordered extends Account {
  readonly order: Order
  /** For a new conversation. */
  readonly cliSession: string
}

/** A known id is not obeyed again; what is to be ended is ended again, which changes nothing. */
export function obey(session: Session, arrival: Arrival, ordered: Ordered): Step<Obeyed> {
  const { order, cliSession, at, models } = ordered
  if (arrival.appended || session.seen[arrival.id] !== undefined)
    return step(session, { wake: wakeOf(session), ...endedAgain(session, order) })
  const noted = note(session, arrival)
  const answer = (from: Session, text: string) => notify(from, text, at, [arrival])
  switch (order) {
    case 'help':
      return awake(answer(noted, HELP))
    case 'status':
      return awake(answer(noted, statusText(session, models)))
    case 'continue':
      return session.paused
        ? awake(answer(raiseAndResume(noted, arrival.now), 'Going on, with as much again.'))
        : awake(answer(noted, 'Nothing is paused: there is nothing to continue.'))
    case 'kill-workers': {
      const text = 'The workers are being ended; what they had not reported is lost.'
      const item = answer(noted, text)
      return step(item, { wake: wakeOf(item), kill: true })
    }
    case 'stop': {
      const text = 'Stopped: what was under way is ended, messages that waited are not answered.'
      return stopped(noted, arrival, { text, at, models })
    }
    case 'new-session': {
      const text =
        'A new conversation begins: what was under way is ended, and what was said is not known to it.'
      const { item, answer: told } = stopped(noted, arrival, { text, at, models })
      // The sandbox has files and a memory of what was said: the next turn gets another one.
      const { sandboxId } = item.conductor
      const forgotten = { ...item, conductor: { cliSession }, files: [] }
      if (sandboxId === undefined) return step(forgotten, told)
      return step(forgotten, { ...told, stopped: { run: session.run.id, sandboxId } })
    }
    default:
      return order satisfies never
  }
}

const awake = (item: Session): Step<Obeyed> => step(item, { wake: wakeOf(item) })

const stopped = (
  noted: Session,
  arrival: Arrival,
  { text, ...account }: Account & { text: string },
): Step<Obeyed> => {
  const { item, answer } = stop(noted, text, account, [arrival])
  return step(item, { wake: undefined, stopped: answer })
}

/** Whoever obeyed first may have died before it told whoever ends things; a job number of then may be taken by now. */
function endedAgain({ stopped: run }: Session, order: Order): Partial<Obeyed> {
  if (order === 'kill-workers') return { kill: true }
  return order === 'stop' || order === 'new-session' ? { stopped: { run } } : {}
}

/** What a person is told of their conversation. */
function statusText(session: Session, models: Tally): string {
  const { busy, paused, run, counts } = session
  const workers = Object.keys(busy)
  const waiting = unanswered(session).length
  return [
    ...(paused ? [`Paused. ${overText(paused)} Say /continue to go on with as much again.`] : []),
    ...(run.open ? [`Run ${run.id} is under way.`] : []),
    ...(run.open || paused ? [] : ['Nothing is under way.']),
    ...(workers.length > 0 ? [`Busy: ${workers.join(', ')}.`] : []),
    ...(waiting > 0 ? [`Messages that wait: ${waiting}.`] : []),
    `Spent in this conversation: ${spentText(add(counts, models))}.`,
  ].join(' ')
}
