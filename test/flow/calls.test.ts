/** No message causes more calls than its budget allows: functions, states, reads and writes are what a message costs. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  callCounts,
  exceeding,
  lowest,
  readCallBudget,
  UPDATE,
} from '../../bench/messages/call-budget.ts'
import { SCENARIOS } from '../../bench/messages/scenarios.ts'
import { once } from '../../bench/messages/section.ts'
import { type ObservedBaton, observedBaton } from '../../bench/observe/observed-baton.ts'

let observed: ObservedBaton
beforeAll(async () => {
  // A pause that E2B refuses costs further calls.
  observed = await observedBaton({ pauses: 'reliable' })
})
afterAll(() => observed.close())

const budget = readCallBudget()

/** A busy machine makes a race or a heartbeat more likely, so a message that causes too many is sent again. */
const MOST_MESSAGES = 3

test('every measured message has a budget', () => {
  expect(Object.keys(budget)).toEqual(SCENARIOS.map(({ name }) => name))
})

/** Eight workers at once lose races to each other, so their counts vary. */
const steady = SCENARIOS.filter(({ name }) => name !== 'eight workers')

test.each(steady)('$name', async (scenario) => {
  const { name } = scenario
  const most = budget[name] ?? { invocations: 0, transitions: 0, writes: 0, reads: 0 }
  // The first message of a session creates its sandbox and items.
  await once(scenario, observed)
  const sent = [callCounts(await once(scenario, observed))]
  while (exceeding(lowest(sent), most).length > 0 && sent.length < MOST_MESSAGES)
    sent.push(callCounts(await once(scenario, observed)))
  const counts = lowest(sent)
  const over = exceeding(counts, most).map((each) => ({ [each]: counts[each], budget: most[each] }))
  expect(over, `is it worth that? Then: ${UPDATE}`).toEqual([])
  // Makes sure that calls are counted at all.
  expect(counts.writes).toBeGreaterThan(most.writes / 2)
}, 240_000)
