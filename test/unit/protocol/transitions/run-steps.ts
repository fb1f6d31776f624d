/** The review loop's Lambdas, one atomic action at a time. */
import type { ExceededBudget } from '../../../../src/core/budget.ts'
import { DECISIONS, type NewQuestion } from '../../../../src/core/question.ts'
import { outstanding } from '../../../../src/core/session.ts'
import type { SessionTransition } from '../../../../src/protocol/guards.ts'
import type { Change, Setting } from '../transition.ts'
import { ACCOUNT, type Position, TIME, taskToken, WORKER, type World } from '../world.ts'
import { commandStep, kindsOf } from './commands.ts'
import { type Outcome, take } from './outcome.ts'

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

/** `over`: an exceeded budget that TakeMessages finds. */
export function runTransition(
  world: World,
  actor: Actor,
  setting: Setting,
  over?: ExceededBudget,
): Outcome {
  const { system } = setting
  const { run, at, entered, k } = actor
  const { session } = world
  const token = taskToken(run, entered)
  switch (at.does) {
    case 'take':
      return takeMessages(world, run, setting, over)
    case 'ask':
      // The handler's own read before it creates a sandbox: no guard, because the claim checks again.
      return session.turn?.n === at.turn && session.run.id === run
        ? { world: decided(world, setting), next: { ...at, does: 'claim' } }
        : { world, next: take }
    case 'claim':
      return claim(world, { run, turn: at.turn, token }, setting)
    case 'launch':
      return launch(world, at, setting)
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
      const outcome = moved(world, waits, (does) => (does ? { does: 'wait-message' } : take))
      return waits.output ? { ...outcome, happening: { what: 'wait' } } : outcome
    }
    case 'find-stranded':
      return {
        world,
        next: isStranded(world, setting)
          ? { does: 'ask-person', seq: session.lastSeq }
          : { does: 'close' },
      }
    case 'ask-person':
      return askAboutWorker(world, run, at.seq, setting)
    case 'close': {
      const { item, output: closed } = system.closeRun(session, run, ACCOUNT)
      const after = world.with({ session: item })
      return closed ? { world: after } : { world: after, next: take }
    }
    case 'abandon':
      return moved(world, system.abandon(session, run, at.turn), () => ({ does: 'notify' }))
    case 'notify':
      return notify(world, run, setting)
    case 'notice':
      return { world: told(world, at.messages), next: take }
    case 'wait-turn':
    case 'wait-message':
      throw new Error(`${at.does} is left by a token or a time-out only`)
  }
}

function takeMessages(
  world: World,
  run: number,
  { system, scenario }: Setting,
  over?: ExceededBudget,
): Outcome {
  const { session, leg } = world
  const written = {
    entries: new Set(session.pendingEntries.map(({ seq }) => seq)),
    marked: new Set<string>(),
  }
  const now = leg.overdue ? TIME.after : TIME.before
  const { item, output } = system.takeMessages(session, run, {
    written,
    now,
    budgetCheck: { over: () => over },
    pauseNotice: () => '',
  })
  const began = item.turn !== undefined && item.turn.n !== session.turn?.n
  const finished = session.turn !== undefined && item.turn?.n !== session.turn.n
  const change: Change = {
    world: world.with({ session: item }),
    ...(finished && { happening: { what: 'finish' } }),
    ...(began && { happening: { what: 'take' } }),
  }
  switch (output.do) {
    case 'superseded':
      return change
    case 'run': {
      const { turn, commands, giveUp } = output
      return { ...change, next: { does: 'command', turn, commands, giveUp } }
    }
    case 'ask':
    case 'read':
    case 'abandon':
      return { ...change, next: { does: output.do, turn: output.turn } }
    case 'close':
      return { ...change, next: { does: scenario.asksAtClose ? 'find-stranded' : 'close' } }
    default:
      return { ...change, next: { does: output.do } }
  }
}

/** A worker that has reported and that nobody will be asked about. */
const isStranded = ({ session, leg }: World, { system }: Setting) =>
  leg.does !== 'nothing' &&
  leg.does !== 'ended' &&
  session.questions === undefined &&
  !outstanding(session) &&
  system.reportArrived(session, WORKER, leg)

const ABOUT_WORKER: NewQuestion = {
  ...{ kind: 'decision', text: '', choices: DECISIONS, workerId: WORKER },
  expiresAfterHours: 0,
}

/** The person answers once they have been asked. */
function askAboutWorker(
  world: World,
  run: number,
  seq: number,
  { system, scenario: { yes = [] } }: Setting,
): Outcome {
  const given = { question: ABOUT_WORKER, asking: { asked: [] }, seq, now: 0 }
  const { item } = system.askBeforeClose(world.session, run, given)
  const next = { does: 'close' } as const
  if (item === world.session) return { world, next }
  const past = { ...world.past, questions: [...world.past.questions, WORKER] }
  return {
    ...{ world: world.with({ session: item, past, queue: [...world.queue, ...yes] }), next },
    happening: { what: 'question', name: WORKER },
  }
}

const decisionsIn = ({ turn }: World['session']) =>
  (turn?.messages ?? []).flatMap(({ questions = [] }) =>
    questions.filter(({ kind }) => kind === 'decision'),
  )

/** AskConductor ends the worker whose work the person has accepted. */
const decided = (world: World, { system }: Setting): World =>
  system.appliesDecisions && decisionsIn(world.session).length > 0
    ? world.with({ leg: { ...world.leg, does: 'ended' } })
    : world

const SANDBOX = { sandboxId: 'sandbox', awakeSince: TIME.before }

function claim(
  world: World,
  { run, turn, token }: { run: number; turn: number; token: string },
  { system }: Setting,
): Outcome {
  const claimed = system.ask(world.session, run, turn, { token, sandbox: SANDBOX, at: ACCOUNT.at })
  const outcome = moved(world, claimed, (job) =>
    job === undefined ? take : { does: 'launch', turn, job },
  )
  if (claimed.output === undefined) return outcome
  const asked = [...world.past.asked]
  asked[turn] = (asked[turn] ?? 0) + 1
  const past = { ...world.past, asked }
  return { ...outcome, world: outcome.world.with({ past }), happening: { what: 'claim', turn } }
}

/** The command in the sandbox: the runner takes the lock, or exits. */
function launch(
  world: World,
  { turn, job }: { turn: number; job: number },
  { system }: Setting,
): Outcome {
  const next = { does: 'wait-turn', turn } as const
  const { highest } = world.sandbox
  if (job <= highest && system.fencesJobs) return { world, next }
  const runner = { job, does: 'fetch' } as const
  const sandbox = { ...world.sandbox, runner, highest: Math.max(job, highest) }
  return { world: world.with({ sandbox }), next, happening: { what: 'launch', job } }
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
