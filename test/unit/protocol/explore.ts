/**
 * Explores the run protocol and prints its findings, each with the shortest way to it, line by line: `node
 * test/unit/protocol/explore.ts [--scenario NAME] [--break GUARD | --break all] [--wide] [--limit STATES]
 * [--list]`.
 */
import { parseArgs } from 'node:util'
import { explore } from './explored.ts'
import type { Mutant } from './mutants/mutant.ts'
import { mutants, mutantWithout } from './mutants.ts'
import type { Scenario } from './scenario.ts'
import { scenarioNamed, scenarios, wide } from './scenarios.ts'
import { product } from './system.ts'

const { values } = parseArgs({
  options: {
    scenario: { type: 'string' },
    break: { type: 'string' },
    limit: { type: 'string', default: '4000000' },
    wide: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
})

const chosen = (names: readonly string[]): Scenario[] =>
  names.map(scenarioNamed).map((scenario) => (values.wide ? wide(scenario) : scenario))

function list(): void {
  for (const { guard, instead } of mutants) console.log(`${guard.padEnd(28)} ${instead}`)
  for (const { name, queue, faults } of scenarios) {
    const struck = Object.entries(faults).filter(([, times]) => times > 0)
    console.log(
      `${name.padEnd(32)} ${queue.join(' ')}; ${struck.map((f) => f.join(' ')).join(', ')}`,
    )
  }
}

/** Explores one scenario. Returns whether something was found. */
function report(scenario: Scenario, mutant?: Mutant): boolean {
  const began = performance.now()
  const system = { ...product, ...mutant?.lacks }
  const { states, transitions, found } = explore({ system, scenario }, Number(values.limit))
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  const what = mutant ? `without "${mutant.guard}", ${scenario.name}` : scenario.name
  console.log(`${what}: ${states} states, ${transitions} transitions, ${seconds} s`)
  if (!found) return false
  console.log(`  ${found.broken}`)
  for (const [i, line] of found.trace.entries()) console.log(`  ${i + 1} ${line}`)
  return true
}

const asExpected = (mutant: Mutant): boolean =>
  chosen([values.scenario ?? mutant.scenario]).some((scenario) => report(scenario, mutant)) ===
  (typeof mutant.breaks === 'string')

function holds(): boolean {
  if (values.break === 'all') return mutants.filter((mutant) => !asExpected(mutant)).length === 0
  if (values.break !== undefined) return asExpected(mutantWithout(values.break))
  const names = values.scenario ? [values.scenario] : scenarios.map(({ name }) => name)
  return chosen(names).filter((scenario) => report(scenario)).length === 0
}

if (values.list) list()
else process.exitCode = holds() ? 0 : 1
