/** The scenarios, small enough for the default test to explore each completely. */
import { type Scenario, scenario } from './scenario.ts'

const EMAIL = { m0: ['email'] } as const
const WORK = { m0: ['spawn'] } as const

export const scenarios: readonly Scenario[] = [
  scenario('a message, delivered twice', {
    queue: ['m0', 'm0'],
    faults: { crash: 1, zombieDispatcher: 1 },
  }),
  scenario('two messages', { queue: ['m0', 'm1'], commands: EMAIL, faults: { crash: 2 } }),
  scenario('a zombie step', { queue: ['m0', 'm1'], faults: { zombieStep: 1, crash: 1 } }),
  scenario('a zombie step and time-outs', {
    queue: ['m0'],
    faults: { zombieStep: 1, spurious: 1, runnerCrash: 1 },
  }),
  scenario('a redrive', {
    queue: ['m0'],
    commands: EMAIL,
    faults: { crash: 2, redrive: 1 },
  }),
  scenario('a zombie step and a redrive', {
    queue: ['m0'],
    faults: { crash: 1, zombieStep: 1, redrive: 1 },
  }),
  scenario('a new sandbox', { queue: ['m0'], faults: { spurious: 1, newSandbox: 1, crash: 1 } }),
  scenario('a worker', { queue: ['m0'], commands: WORK, faults: { crash: 2 } }),
  scenario('a worker and a message between', {
    queue: ['m0', 'm1'],
    commands: WORK,
    faults: { crash: 1 },
  }),
  scenario('a worker and a zombie step', {
    queue: ['m0'],
    commands: WORK,
    faults: { zombieStep: 1 },
  }),
  scenario('a worker and a redrive', {
    queue: ['m0'],
    commands: WORK,
    faults: { crash: 1, redrive: 1 },
  }),
  scenario('a stop', { queue: ['m0', 'm1'], faults: { stop: 1, zombieStep: 1 } }),
  scenario('a stop between deliveries', { queue: ['m0', 'm1'], faults: { stop: 1, crash: 1 } }),
  scenario('a stop and a redrive', { queue: ['m0'], faults: { stop: 1, crash: 1, redrive: 1 } }),
  scenario('a stop and a worker', { queue: ['m0'], commands: WORK, faults: { stop: 1, crash: 1 } }),
  scenario('a budget that is used up', {
    queue: ['m0', 'm1', 'm0'],
    commands: EMAIL,
    faults: { overBudget: 2, crash: 1 },
  }),
  scenario('a budget that is used up while a worker is busy', {
    queue: ['m0', 'm1'],
    commands: WORK,
    faults: { overBudget: 2, crash: 1 },
  }),
  scenario('a stop at a budget', {
    queue: ['m0', 'm1'],
    faults: { overBudget: 1, stop: 1, zombieStep: 1 },
  }),
  scenario('a runner that always dies', { queue: ['m0'], poison: 'runner', faults: { crash: 1 } }),
  scenario('a result that is never usable', {
    queue: ['m0'],
    poison: 'result',
    faults: { crash: 1, zombieStep: 1 },
  }),
  scenario('a result without structure', {
    queue: ['m0'],
    unstructured: true,
    faults: { crash: 1, zombieStep: 1 },
  }),
  scenario('an answer that cannot be read', {
    queue: ['m0'],
    poison: 'reading',
    faults: { crash: 1 },
  }),
  scenario('a command that always fails', {
    queue: ['m0'],
    commands: { m0: ['spawn', 'email'] },
    poison: 'command',
    faults: { crash: 1 },
  }),
]

/** Returns the same scenario with more faults, for a search of minutes. */
export const wide = ({ faults, ...scenario }: Scenario): Scenario => ({
  ...scenario,
  faults: {
    ...faults,
    crash: Math.max(1, faults.crash),
    zombieStep: 1,
    spurious: 1,
  },
})

/** Returns the scenario of that name. Throws if there is none. */
export function scenarioNamed(name: string): Scenario {
  const found = scenarios.find((candidate) => candidate.name === name)
  if (!found) throw new Error(`There is no scenario "${name}"; see --list.`)
  return found
}
