/** A person's slash command: recorded in the history, applied and answered in one update. The conductor never sees it. */

import { overText, spentText } from '../core/receipt.ts'
import type { Session } from '../core/session.ts'
import { HELP, type SlashCommand } from '../core/slash-command.ts'
import { add, type Tally } from '../core/tally.ts'
import { transition, unchanged } from '../core/transition.ts'
import {
  type Arrival,
  raiseAndResume,
  recordMessage,
  type WakeTarget,
  wakeTarget,
} from './append.ts'
import { notify, type SessionTransition, unanswered } from './guards.ts'
import { type RunAccount, stopRun } from './lifecycle.ts'

export interface SlashCommandEffect {
  readonly wake: WakeTarget
  /** That run's execution and legs are to be ended, and the conductor's jobs before number `job`, or its whole sandbox. */
  readonly stopped?: { readonly run: number; readonly job?: number; readonly sandboxId?: string }
  /** The workers are to be ended. */
  readonly kill?: true
}

export interface SlashCommandRequest extends RunAccount {
  readonly slashCommand: SlashCommand
  /** For a new conversation. */
  readonly cliSession: string
}

/** A known id is not obeyed again; what is to be ended is ended again, which changes nothing. */
export function applySlashCommand(
  session: Session,
  arrival: Arrival,
  request: SlashCommandRequest,
): SessionTransition<SlashCommandEffect> {
  const { slashCommand, cliSession, at, models } = request
  if (arrival.appended || session.seen[arrival.id] !== undefined)
    return unchanged(session, { wake: wakeTarget(session), ...cancelAgain(session, slashCommand) })
  const noted = recordMessage(session, arrival)
  const answer = (from: Session, text: string) => notify(from, text, at, [arrival])
  switch (slashCommand) {
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
      return transition(item, { wake: wakeTarget(item), kill: true })
    }
    case 'stop': {
      const text = 'Stopped: what was under way is ended, messages that waited are not answered.'
      return stopped(noted, arrival, { text, at, models })
    }
    case 'new-session': {
      const text =
        'A new conversation begins: what was under way is ended, and what was said is not known to it.'
      const { item, output: told } = stopped(noted, arrival, { text, at, models })
      // The sandbox has files and a memory of what was said: the next turn gets another one.
      const { sandboxId } = item.conductor
      const forgotten = { ...item, conductor: { cliSession }, files: [] }
      if (sandboxId === undefined) return transition(forgotten, told)
      return transition(forgotten, { ...told, stopped: { run: session.run.id, sandboxId } })
    }
    default:
      return slashCommand satisfies never
  }
}

const awake = (item: Session): SessionTransition<SlashCommandEffect> =>
  transition(item, { wake: wakeTarget(item) })

const stopped = (
  noted: Session,
  arrival: Arrival,
  { text, ...account }: RunAccount & { text: string },
): SessionTransition<SlashCommandEffect> => {
  const { item, output } = stopRun(noted, text, account, [arrival])
  return transition(item, { wake: undefined, stopped: output })
}

/** Whoever obeyed first may have died before it told whoever ends things; a job number of then may be taken by now. */
function cancelAgain(
  { stopped: run }: Session,
  slashCommand: SlashCommand,
): Partial<SlashCommandEffect> {
  if (slashCommand === 'kill-workers') return { kill: true }
  return slashCommand === 'stop' || slashCommand === 'new-session' ? { stopped: { run } } : {}
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
