/** RunCommands: the commands of an accepted turn, in order, each effect named or claimed. */

import { APPROVALS, type NewQuestion } from '../../../../src/core/question.ts'
import type { Session } from '../../../../src/core/session.ts'
import { legId } from '../../../../src/core/worker.ts'
import type { CommandResult } from '../../../../src/protocol/run-commands.ts'
import type { CommandKind, Scenario } from '../scenario.ts'
import type { Change, Setting } from '../transition.ts'
import { type Commands, type Position, TIME, WORKER, type World } from '../world.ts'
import { type Outcome, take } from './outcome.ts'
import { sendOn } from './verification.ts'

/** One action of a command: its effect and the advance of `next`, in the order that its kind requires. */
export function commandStep(world: World, run: number, at: Commands, setting: Setting): Outcome {
  const { scenario } = setting
  const [index] = at.commands
  if (index === undefined) return { world, next: take }
  const command = { run, at, index, kind: kindOf(world.session, scenario, index) }
  switch (at.does) {
    case 'command':
      return begin(world, command, setting)
    case 'advance':
      return advance(world, command, setting)
    case 'send':
      return email(world, at, index, rest(at))
  }
}

interface Current {
  readonly run: number
  readonly at: Commands
  readonly index: number
  readonly kind: CommandKind | undefined
}

/** The handler reads first, then causes the effect, unless the effect has to be claimed before. */
function begin(world: World, { run, at, index, kind }: Current, setting: Setting): Outcome {
  const { system } = setting
  if (!isNext(world.session, run, at.turn, index)) return { world, next: rest(at) }
  const next = { ...at, does: 'advance' } as const
  if (at.giveUp) return { world, next }
  if (kind === 'spawn') return spawn(world, next, system.namesWorkers)
  if (kind === 'instruct') return instruct(world, next, setting)
  return system.claimsEmail ? { world, next } : email(world, at, index, next)
}

function advance(
  world: World,
  { run, at, index, kind }: Current,
  { system, scenario }: Setting,
): Outcome {
  const done = doneBy(world, scenario, { kind, at, index })
  const { item, output: claimed } = system.advance(world.session, run, at.turn, index, done)
  const bodies = done.notice ? [...world.bodies, done.notice.id] : world.bodies
  const sends = claimed && kind === 'email' && system.claimsEmail && !at.giveUp
  const next = sends ? ({ ...at, does: 'send' } as const) : rest(at)
  const after = world.with({ session: item, bodies })
  return item.lastQuestion === world.session.lastQuestion
    ? { world: after, next }
    : { ...asked(after, `t${at.turn}.${index}`), next }
}

const asked = (world: World, name: string): Change => ({
  world: world.with({ past: { ...world.past, questions: [...world.past.questions, name] } }),
  happening: { what: 'question', name },
})

/** Returns what the reply to a message asks for; a reply to a notice has no commands. */
export const kindsOf = (messages: Session['inbox'], { commands }: Scenario) =>
  messages.flatMap(({ id }) => commands[id] ?? [])

const kindOf = ({ turn }: Session, scenario: Scenario, index: number): CommandKind | undefined =>
  kindsOf(turn?.messages ?? [], scenario)[index]

/** The handler's own read before the effect. */
const isNext = ({ run, turn }: Session, r: number, n: number, index: number) =>
  run.id === r && turn?.n === n && turn.phase === 'run' && turn.next === index

const rest = (at: Commands): Position => {
  const commands = at.commands.slice(1)
  return commands.length > 0 ? { ...at, does: 'command', commands } : take
}

const email = (world: World, { turn }: Commands, index: number, next: Position): Outcome => {
  const name = `t${turn}.${index}`
  const past = { ...world.past, emails: [...world.past.emails, name] }
  return { world: world.with({ past }), next, happening: { what: 'email', name } }
}

/** The worker's item and its execution, both under the worker's name: nothing happens if they exist. */
function spawn(world: World, next: Position, named: boolean): Outcome {
  if (world.leg.does !== 'nothing' && named) return { world, next }
  const leg = { n: 1, does: 'work', run: world.session.run.id, overdue: false } as const
  return { world: world.with({ leg }), next, happening: { what: 'spawn' } }
}

/** A second leg, in the worker's item and under a name of its own. It is refused while the first is not over. */
function instruct(world: World, next: Position, setting: Setting): Outcome {
  const { system } = setting
  const { leg, session } = world
  if (leg.n > 1) return { world, next }
  const over = system.trustsMark
    ? leg.does === 'reported'
    : system.reportArrived(session, WORKER, leg)
  if (!over) return { world, next, happening: { what: 'refuse' } }
  const second = { n: 2, does: 'work', run: session.run.id, overdue: false } as const
  return { world: sendOn(world, setting, session.run.id).with({ leg: second }), next }
}

/** Without a default it holds a message until it is approved. */
const questionOf = (commandId: string, byDefault: string | undefined): NewQuestion => ({
  kind: byDefault === undefined ? 'approval' : 'ask',
  text: '',
  choices: APPROVALS,
  expiresAfterHours: 0,
  ...(byDefault === undefined
    ? { delivery: { commandId, seq: 0, to: { channel: 'sms', address: '+15550101' }, sha256: '' } }
    : { default: byDefault }),
})

const started = (leg: number) => ({
  workerId: WORKER,
  leg,
  deadline: TIME.deadline,
  reserved: 0,
  reportId: legId(WORKER, leg),
})

function doneBy(
  { leg }: World,
  { byDefault }: Scenario,
  { kind, at, index }: Omit<Current, 'run'>,
): CommandResult {
  const name = `t${at.turn}.${index}`
  const notice = { id: name, size: 1 }
  if (at.giveUp) return { gaveUp: true, notice, now: 0 }
  if (kind === 'spawn') return { started: [started(1)], now: 0 }
  if (kind === 'question') return { ask: questionOf(name, byDefault), now: 0 }
  if (kind === 'instruct') return leg.n > 1 ? { started: [started(2)], now: 0 } : { notice, now: 0 }
  return { now: 0 }
}
