/** The review loop's Lambdas, one atomic action at a time. */
import { DECISIONS, type NewQuestion } from '../../../../src/core/question.ts'
import { outstanding, type Session } from '../../../../src/core/session.ts'
import type { SessionTransition } from '../../../../src/protocol/guards.ts'
import type { Setting } from '../transition.ts'
import { ACCOUNT, type Position, taskToken, WORKER, type World } from '../world.ts'
import { claim, launch, plan } from './ask-steps.ts'
import { commandStep, kindsOf } from './commands.ts'
import { type Outcome, take } from './outcome.ts'
import { continueContext, SPENT, takeContext, taken } from './taking.ts'

/** The actor: a run at a position, with the token of its state. */
export interface Actor<At extends Position = Position> {
  readonly run: number
  readonly at: At
  readonly entered: number
  readonly k: number
}

/** The session after an action, with the result as a position. */
export const moved = <Answer>(
  world: World,
  { item, output }: SessionTransition<Answer>,
  next: (answer: Answer) => Position,
): Outcome => ({ world: world.with({ session: item }), next: next(output) })

export function runTransition(world: World, actor: Actor, setting: Setting): Outcome {
  const { system } = setting
  const { run, at, entered, k } = actor
  const { session } = world
  const token = taskToken(run, entered)
  switch (at.does) {
    case 'ask':
      return plan(world, run, setting)
    case 'pause':
      return {
        ...taken(world, system.takeMessages(session, run, takeContext(world, SPENT))),
        next: take,
      }
    case 'claim':
      return claim(world, { run, token, decided: at.decided }, setting)
    case 'launch':
      return launch(world, at, setting)
    case 'take':
      return decide(world, run, setting)
    case 'leave':
      return leave(world, run, setting)
    case 'read':
      return readTurn(world, { run, turn: at.turn }, setting)
    case 'accept':
      return accept(world, run, at, setting)
    case 'command':
    case 'advance':
    case 'send':
      return commandStep(world, run, at, setting)
    case 'await': {
      const waits = system.awaitMessage(session, run, { k, value: token })
      const outcome = moved(world, waits, (does) => ({
        does: does ? 'wait-message' : 'ask',
      }))
      return waits.output ? { ...outcome, happening: { what: 'wait' } } : outcome
    }
    case 'find-stranded':
      return {
        world,
        next: isStranded(world, run, setting)
          ? { does: 'ask-person', seq: finished(world, run, setting).lastSeq }
          : { does: 'close' },
      }
    case 'ask-person':
      return askAboutWorker(world, run, at.seq, setting)
    case 'close': {
      const parts = { takeMessages: system.takeMessages, closeRun: system.closeRun }
      const context = { ...continueContext(world), account: ACCOUNT }
      const { item, output } = system.takeAndClose(session, run, context, parts)
      const change = taken(world, { item })
      return output.do === 'closed' ? change : { ...change, next: take }
    }
    case 'abandon': {
      const parts = { takeMessages: system.takeMessages, abandonTurn: system.abandon }
      const context = continueContext(world)
      const { item } = system.takeAndAbandon(session, run, at.turn, context, parts)
      const finishes = session.turn?.phase === 'run' && item.turn !== session.turn
      return {
        world: world.with({ session: item }),
        next: { does: 'notify' },
        ...(finishes && { happening: { what: 'finish' } }),
      }
    }
    case 'notify':
      return notify(world, run, setting)
    case 'notice':
      return { world: told(world, at.messages), next: take }
    case 'wait-turn':
    case 'wait-message':
      throw new Error(`${at.does} is left by a token or a time-out only`)
  }
}

/** ContinueRun's decision changes nothing yet. */
function decide(world: World, run: number, { system, scenario }: Setting): Outcome {
  const { output } = system.takeMessages(world.session, run, continueContext(world))
  switch (output.do) {
    case 'superseded':
      return { world }
    case 'run': {
      const { turn, commands, giveUp } = output
      return { world, next: { does: 'command', turn, commands: commands.slice(0, 1), giveUp } }
    }
    case 'read':
    case 'abandon':
      return { world, next: { does: output.do, turn: output.turn } }
    case 'close':
      return { world, next: { does: scenario.asksAtClose ? 'find-stranded' : 'close' } }
    case 'ask':
    case 'await':
      return { world, next: { does: 'leave' } }
    case 'notify':
      return { world, next: { does: 'notify' } }
  }
}

function leave(world: World, run: number, { system }: Setting): Outcome {
  const left = system.takeMessages(world.session, run, continueContext(world))
  const change = taken(world, left)
  const { do: next } = left.output
  return { ...change, next: next === 'ask' || next === 'await' ? { does: next } : take }
}

/** A worker that has reported and that nobody will be asked about. */
function isStranded(world: World, run: number, setting: Setting): boolean {
  const { leg } = world
  const session = finished(world, run, setting)
  return (
    leg.does !== 'nothing' &&
    leg.does !== 'ended' &&
    session.questions === undefined &&
    !outstanding(session) &&
    setting.system.reportArrived(session, WORKER, leg)
  )
}

/** The session without a turn whose commands are done. */
const finished = (world: World, run: number, { system }: Setting): Session =>
  system.takeMessages(world.session, run, continueContext(world)).item

const ABOUT_WORKER: NewQuestion = {
  ...{ kind: 'decision', text: '', choices: DECISIONS, workerId: WORKER },
  expiresAfterHours: 0,
}

/** The person answers once they have been asked. */
function askAboutWorker(world: World, run: number, seq: number, setting: Setting): Outcome {
  const { system, scenario } = setting
  const { yes = [], withYes = [] } = scenario
  const given = { question: ABOUT_WORKER, asking: { asked: [] }, seq, now: 0 }
  const before = finished(world, run, setting)
  const { item } = system.askBeforeClose(before, run, given)
  const next = { does: 'close' } as const
  if (item === before) return { ...taken(world, { item }), next }
  const past = { ...world.past, questions: [...world.past.questions, WORKER] }
  return {
    ...{
      world: world.with({ session: item, past, queue: [...world.queue, ...withYes, ...yes] }),
      next,
    },
    happening: { what: 'question', name: WORKER },
  }
}

function readTurn(
  world: World,
  { run, turn }: { run: number; turn: number },
  { system, scenario }: Setting,
): Outcome {
  const { session, past } = world
  const result = session.turn?.n === turn ? session.turn.result : undefined
  if (result === undefined || session.turn === undefined) return { world, next: take }
  const happening = { what: 'read', result } as const
  const again = scenario.unstructured && result === 'j1' && session.turn.again === undefined
  if (!again && scenario.poison !== 'result' && !scenario.refusing)
    return { world, next: { does: 'accept', turn, result }, happening }
  const trouble = 'unusable'
  const why = {
    ...{ result, trouble },
    ...(again && { again: 'structure' as const }),
    ...(scenario.refusing && { advice: 'a setting' }),
  }
  const { item } = system.askAgain(session, run, turn, why)
  const unusable = item === session ? past.unusable : [...past.unusable, result]
  return {
    world: world.with({ session: item, past: { ...past, unusable } }),
    next: take,
    happening,
  }
}

function accept(
  world: World,
  run: number,
  { turn, result }: { turn: number; result: string },
  { system, scenario }: Setting,
): Outcome {
  const { session, past } = world
  const messages = session.turn?.messages ?? []
  const kinds = kindsOf(messages, scenario)
  const keeps = messages.some(({ id }) => scenario.keeps?.includes(id))
  const { item, output } = system.accept(session, run, turn, {
    result,
    commands: kinds.length,
    spawns: kinds.filter((kind) => kind === 'spawn').length,
    transcript: result,
    silent: false,
    keeps: keeps ? (session.questions ?? []).map(({ id }) => id) : [],
    replies: true,
    unsent: true,
    used: {},
    at: ACCOUNT.at,
  })
  const next: Position = output?.length
    ? { does: 'command', turn, commands: output, giveUp: false }
    : take
  if (item === session) return { world, next }
  const accepted = [...past.accepted, ...(item.turn?.messages ?? []).map(({ id }) => id)]
  const after = world.with({ session: item, past: { ...past, accepted } })
  return { world: after, next, happening: { what: 'accept', turn, keeps } }
}

/** The notice in the item notifies the senders; in the broken variant a separate step does. */
function notify(world: World, run: number, { system }: Setting): Outcome {
  const { abandoned, pendingEntries } = world.session
  const { item } = system.notify(world.session, run, '', '')
  const messages = item.abandoned.length === 0 ? abandoned.map(({ id }) => id) : []
  const after = world.with({ session: item })
  if (!system.noticeWithTell) return { world: after, next: { does: 'notice', messages } }
  const noticed = item.pendingEntries.length > pendingEntries.length
  return { world: noticed ? told(after, messages) : after, next: take }
}

/** The senders of these messages have a notice in their history. */
const told = (world: World, messages: readonly string[]): World =>
  world.with({ past: { ...world.past, told: [...world.past.told, ...messages] } })
