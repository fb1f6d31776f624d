/** RunCommands: the commands of an accepted turn, in order, each effect named or claimed. */

import type { Session } from '../../../../src/core/session.ts'
import type { CommandResult } from '../../../../src/protocol/run-commands.ts'
import type { CommandKind, Scenario } from '../scenario.ts'
import type { System } from '../system.ts'
import type { Setting } from '../transition.ts'
import { type Commands, type Position, REPORT, TIME, WORKER, type World } from '../world.ts'
import { type Outcome, take } from './outcome.ts'

/** One action of a command: its effect and the advance of `next`, in the order that its kind requires. */
export function commandStep(
  world: World,
  run: number,
  at: Commands,
  { system, scenario }: Setting,
): Outcome {
  const [index] = at.commands
  if (index === undefined) return { world, next: take }
  const command = { run, at, index, kind: kindOf(world.session, scenario, index) }
  switch (at.does) {
    case 'command':
      return begin(world, command, system)
    case 'advance':
      return advance(world, command, system)
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
function begin(world: World, { run, at, index, kind }: Current, system: System): Outcome {
  if (!isNext(world.session, run, at.turn, index)) return { world, next: rest(at) }
  const next = { ...at, does: 'advance' } as const
  if (at.giveUp) return { world, next }
  if (kind === 'spawn') return spawn(world, next, system.namesWorkers)
  return system.claimsEmail ? { world, next } : email(world, at, index, next)
}

function advance(world: World, { run, at, index, kind }: Current, system: System): Outcome {
  const done = doneBy(kind, at, index)
  const { item, output: claimed } = system.advance(world.session, run, at.turn, index, done)
  const bodies = done.notice ? [...world.bodies, done.notice.id] : world.bodies
  const sends = claimed && kind === 'email' && system.claimsEmail && !at.giveUp
  const next = sends ? ({ ...at, does: 'send' } as const) : rest(at)
  return { world: world.with({ session: item, bodies }), next }
}

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
  const leg = { does: 'work', run: world.session.run.id, overdue: false } as const
  return { world: world.with({ leg }), next, happening: { what: 'spawn' } }
}

const STARTED = {
  workerId: WORKER,
  leg: 1,
  deadline: TIME.deadline,
  reserved: 0,
  reportId: REPORT,
}

function doneBy(kind: CommandKind | undefined, at: Commands, index: number): CommandResult {
  if (at.giveUp) return { gaveUp: true, notice: { id: `t${at.turn}.${index}`, size: 1 }, now: 0 }
  return kind === 'spawn' ? { started: STARTED, now: 0 } : { now: 0 }
}
