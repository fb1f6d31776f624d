/** The scenarios, small enough for the default test to explore each completely. */
import { type Scenario, scenario } from './scenario.ts'

const EMAIL = { m0: ['email'] } as const
const ASK = { m0: ['question'] } as const
const WORK = { m0: ['spawn'] } as const
const REVIEW = { m0: ['spawn'], 'w1.1': ['instruct'] } as const

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
  scenario('a worker that is sent on', {
    queue: ['m0'],
    commands: REVIEW,
    faults: { crash: 1 },
  }),
  scenario('a worker that is sent on, and a zombie step', {
    queue: ['m0'],
    commands: REVIEW,
    faults: { zombieStep: 1 },
  }),
  scenario('a worker that is sent on, and a stop', {
    queue: ['m0'],
    commands: REVIEW,
    faults: { stop: 1, crash: 1 },
  }),
  scenario('a verified worker', {
    queue: ['m0'],
    commands: WORK,
    verifies: true,
    faults: { collectorCrash: 2, verifierCrash: 1 },
  }),
  scenario('a verified worker and a zombie', {
    queue: ['m0'],
    commands: WORK,
    verifies: true,
    faults: { zombieCollector: 1, collectorCrash: 1, verifierCrash: 1 },
  }),
  scenario('a verified worker that is sent on', {
    queue: ['m0'],
    commands: REVIEW,
    verifies: true,
    faults: { zombieCollector: 1, collectorCrash: 1 },
  }),
  scenario('a verified worker and a stop', {
    queue: ['m0'],
    commands: WORK,
    verifies: true,
    faults: { stop: 1, collectorCrash: 1 },
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
  scenario('a model that does not answer', {
    queue: ['m0', 'm1'],
    faults: { silentModel: 2, stop: 1, crash: 1 },
  }),
  scenario('a model that refuses', {
    queue: ['m0', 'm1'],
    refusing: true,
    faults: { crash: 1, zombieStep: 1 },
  }),
  scenario('an answer that cannot be read', {
    queue: ['m0'],
    poison: 'reading',
    faults: { crash: 1 },
  }),
  scenario('an approval, given twice', {
    queue: ['m0', 'yes1', 'yes2'],
    commands: ASK,
    yes: ['yes1', 'yes2'],
    faults: { crash: 1 },
  }),
  scenario('an approval and a zombie step', {
    queue: ['m0', 'yes1'],
    commands: ASK,
    yes: ['yes1'],
    faults: { zombieStep: 1 },
  }),
  scenario('an approval and another message', {
    queue: ['m0', 'm1', 'yes1'],
    commands: ASK,
    yes: ['yes1'],
  }),
  scenario('an approval that expires', {
    queue: ['m0', 'yes1'],
    commands: ASK,
    yes: ['yes1'],
    faults: { expire: 2, crash: 1 },
  }),
  scenario('an approval and a stop', {
    queue: ['m0', 'yes1'],
    commands: ASK,
    yes: ['yes1'],
    faults: { stop: 1, crash: 1 },
  }),
  scenario('a question with a default', {
    queue: ['m0', 'yes1'],
    commands: ASK,
    yes: ['yes1'],
    byDefault: 'no',
    faults: { expire: 2, crash: 1 },
  }),
  scenario('a decision about a worker', {
    queue: ['m0'],
    commands: WORK,
    yes: ['yes1'],
    asksAtClose: true,
    faults: { crash: 1 },
  }),
  scenario('a decision about a worker and a zombie step', {
    queue: ['m0'],
    commands: WORK,
    yes: ['yes1'],
    asksAtClose: true,
    faults: { zombieStep: 1 },
  }),
  scenario('a decision about a worker while a turn begins', {
    queue: ['m0'],
    commands: WORK,
    withYes: ['m1'],
    yes: ['yes1'],
    asksAtClose: true,
  }),
  scenario('an answer in own words', {
    queue: ['m0', 'words1', 'yes1'],
    commands: ASK,
    yes: ['yes1'],
    words: ['words1'],
    byDefault: 'no',
    faults: { expire: 1 },
  }),
  scenario('own words that answer nothing', {
    queue: ['m0', 'words1'],
    commands: ASK,
    words: ['words1'],
    keeps: ['words1'],
    byDefault: 'no',
    faults: { expire: 1 },
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
