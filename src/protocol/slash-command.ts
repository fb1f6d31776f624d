/** A person's slash command: recorded in the history, applied and answered in one update. The conductor never sees it. */

import { type ExceededBudget, raisesToContinue } from '../core/budget.ts'
import { isNotable, type ModelTrouble, stillTrying } from '../core/model-trouble.ts'
import { firstWords } from '../core/question-text.ts'
import { amountText, amountToAdd, overText, spentText } from '../core/receipt.ts'
import type { Session } from '../core/session.ts'
import { HELP, type PausedDecision, type SlashCommand } from '../core/slash-command.ts'
import { add } from '../core/tally.ts'
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
import { closeQuestions } from './questions.ts'
import { isBareAnswer, type Reply, receive } from './receive.ts'

export interface SlashCommandEffect {
  readonly wake: WakeTarget
  /** The run whose execution and legs must end. Also ends the conductor's jobs before number `job`, or its whole sandbox. */
  readonly stopped?: { readonly run: number; readonly job?: number; readonly sandboxId?: string }
  /** Set if the workers must end. */
  readonly kill?: true
  /** Set if the work of the workers that have reported is accepted as it is. */
  readonly accept?: true
}

export interface SlashCommandRequest extends RunAccount {
  /** The last trouble that a job had with the model. */
  readonly modelTrouble?: ModelTrouble | undefined
  readonly slashCommand: SlashCommand | PausedDecision
  /** In a session that is not paused it is an ordinary message, and a bare answer to an open question is one, too. */
  readonly ifPaused?: boolean | undefined
  /** For a new conversation. */
  readonly cliSession: string
  /** Whether the person wrote more below the command. */
  readonly hasMore?: boolean
  /** What it may say to a question, if it is an ordinary message. */
  readonly reply?: Reply | undefined
}

const UNREAD = 'The text below the command was not read.'

/** Applies a slash command. A known id is not applied again; only its cancellation is repeated, which is idempotent. */
export function applySlashCommand(
  session: Session,
  arrival: Arrival,
  request: SlashCommandRequest,
): SessionTransition<SlashCommandEffect> {
  const { slashCommand, ifPaused, cliSession, at, models, hasMore, reply } = request
  if (arrival.appended || session.seen[arrival.id] !== undefined)
    return unchanged(session, {
      wake: wakeTarget(session),
      ...cancelAgain(session, slashCommand, arrival),
    })
  const isAnswer =
    slashCommand !== 'continue' && reply !== undefined && isBareAnswer(session, arrival, reply)
  if (ifPaused && (!session.paused || isAnswer)) {
    const { item, output: wake } = receive(session, arrival, reply)
    return transition(item, { wake })
  }
  const noted = recordMessage(session, arrival)
  const complete = (text: string) => (hasMore ? `${text}\n\n${UNREAD}` : text)
  const answer = (from: Session, text: string) => notify(from, complete(text), at, [arrival])
  switch (slashCommand) {
    case 'help':
      return awake(answer(noted, HELP))
    case 'status':
      return awake(answer(noted, statusText(session, request)))
    case 'continue':
      return session.paused
        ? awake(
            answer(
              raiseAndResume(noted, arrival.now),
              continuesText(session.paused, !session.run.open),
            ),
          )
        : awake(answer(noted, 'There is nothing to continue: this conversation is not paused.'))
    case 'kill-workers': {
      const text = 'All workers are being ended. Work they have not reported is lost.'
      const decisions = (session.questions ?? []).filter(({ kind }) => kind === 'decision')
      const item = answer(closeQuestions(noted, decisions, 'withdrawn'), text)
      return transition(item, { wake: wakeTarget(item), kill: true })
    }
    case 'accept': {
      const text =
        'The work that workers have reported is accepted as it is, and they are being ended. Nothing else goes on: this conversation is still paused.'
      const item = { ...answer(noted, text), acceptedBy: arrival.id }
      return transition(item, { wake: wakeTarget(item), accept: true })
    }
    case 'stop': {
      const text =
        'Stopped. Everything that was running is being ended. Waiting messages will not be answered.'
      return stopped(noted, arrival, { text: complete(text), at, models })
    }
    case 'new-session': {
      const text =
        'A new conversation starts and knows nothing of the old one. Everything that was running is being ended.'
      const { item, output: effect } = stopped(noted, arrival, { text: complete(text), at, models })
      // The sandbox holds files and a memory of the old conversation, so the next turn gets a new one.
      const { sandboxId } = item.conductor
      const forgotten = { ...item, conductor: { cliSession }, files: [], approved: [] }
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
  { stopped: run, acceptedBy }: Session,
  slashCommand: SlashCommandRequest['slashCommand'],
  { id }: Pick<Arrival, 'id'>,
): Partial<SlashCommandEffect> {
  if (slashCommand === 'kill-workers') return { kill: true }
  // In a session that was not paused it was a message for the conductor, or an answer.
  if (slashCommand === 'accept') return acceptedBy === id ? { accept: true } : {}
  return slashCommand === 'stop' || slashCommand === 'new-session' ? { stopped: { run } } : {}
}

/** Builds the reply to `/continue`. The budget of a run begins anew with the next run. */
function continuesText(over: ExceededBudget, closed: boolean): string {
  const isFresh = over.scope === 'run' && closed
  const raises = raisesToContinue(over, isFresh)
  if (!isFresh) return `Continuing. Added to the budget: ${amountText(raises)}.`
  return raises === 0
    ? 'Continuing with a new run, whose budget begins anew.'
    : `Continuing with a new run, whose budget is ${raises + 1} times the usual one.`
}

/** Builds the reply to `/status`. */
function statusText(
  session: Session,
  { models, modelTrouble, at }: Pick<SlashCommandRequest, 'models' | 'modelTrouble' | 'at'>,
): string {
  const { busy, paused, run, counts, questions = [] } = session
  const workers = Object.keys(busy)
  const waiting = unanswered(session).length
  return [
    ...(paused
      ? [`Paused. ${overText(paused)} Send /continue to add ${amountToAdd(paused)} and continue.`]
      : []),
    ...(run.open ? [`Run ${run.id} is in progress.`] : []),
    ...(run.open || paused ? [] : ['Nothing is running.']),
    ...(modelTrouble && isNotable(modelTrouble, Date.parse(at)) ? [stillTrying(modelTrouble)] : []),
    ...(workers.length > 0 ? [`Busy workers: ${workers.join(', ')}.`] : []),
    ...(waiting > 0 ? [`Messages waiting: ${waiting}.`] : []),
    ...questions.map(({ id, text }) => `Waiting for your answer to ${id}: ${firstWords(text)}`),
    `Spent in this conversation: ${spentText(add(counts, models))}.`,
  ].join(' ')
}
