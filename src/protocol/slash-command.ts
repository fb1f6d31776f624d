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
  /** The run whose execution and legs must end. Also ends the conductor's jobs before number `job`, or its whole sandbox. */
  readonly stopped?: { readonly run: number; readonly job?: number; readonly sandboxId?: string }
  /** Set if the workers must end. */
  readonly kill?: true
}

export interface SlashCommandRequest extends RunAccount {
  readonly slashCommand: SlashCommand
  /** For a new conversation. */
  readonly cliSession: string
}

/** Applies a slash command. A known id is not applied again; only its cancellation is repeated, which is idempotent. */
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
        ? awake(
            answer(
              raiseAndResume(noted, arrival.now),
              'Continuing. The same amount was added to the budget.',
            ),
          )
        : awake(answer(noted, 'There is nothing to continue: this conversation is not paused.'))
    case 'kill-workers': {
      const text = 'All workers are being ended. Work they have not reported is lost.'
      const item = answer(noted, text)
      return transition(item, { wake: wakeTarget(item), kill: true })
    }
    case 'stop': {
      const text =
        'Stopped. Everything that was running is being ended. Waiting messages will not be answered.'
      return stopped(noted, arrival, { text, at, models })
    }
    case 'new-session': {
      const text =
        'A new conversation starts and knows nothing of the old one. Everything that was running is being ended.'
      const { item, output: effect } = stopped(noted, arrival, { text, at, models })
      // The sandbox holds files and a memory of the old conversation, so the next turn gets a new one.
      const { sandboxId } = item.conductor
      const forgotten = { ...item, conductor: { cliSession }, files: [] }
      if (sandboxId === undefined) return transition(forgotten, effect)
      return transition(forgotten, { ...effect, stopped: { run: session.run.id, sandboxId } })
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

/**
 * Repeats a cancellation. The first attempt may have crashed before queuing it, and its job number may have been reused
 * since.
 */
function cancelAgain(
  { stopped: run }: Session,
  slashCommand: SlashCommand,
): Partial<SlashCommandEffect> {
  if (slashCommand === 'kill-workers') return { kill: true }
  return slashCommand === 'stop' || slashCommand === 'new-session' ? { stopped: { run } } : {}
}

/** Builds the reply to `/status`. */
function statusText(session: Session, models: Tally): string {
  const { busy, paused, run, counts } = session
  const workers = Object.keys(busy)
  const waiting = unanswered(session).length
  return [
    ...(paused
      ? [`Paused. ${overText(paused)} Send /continue to add the same amount and continue.`]
      : []),
    ...(run.open ? [`Run ${run.id} is in progress.`] : []),
    ...(run.open || paused ? [] : ['Nothing is running.']),
    ...(workers.length > 0 ? [`Busy workers: ${workers.join(', ')}.`] : []),
    ...(waiting > 0 ? [`Messages waiting: ${waiting}.`] : []),
    `Spent in this conversation: ${spentText(add(counts, models))}.`,
  ].join(' ')
}
