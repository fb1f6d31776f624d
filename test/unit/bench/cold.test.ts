/** The way of a message to an idle deployment: what starts one after another, and what of it counts once. */
import { expect, test } from 'vitest'
import { coldWay, type Seen } from '../../../bench/cold/cold-way.ts'
import { coveredMs, inARow, without } from '../../../bench/cold/intervals.ts'

const start = (name: string, began: number, called: number, ended: number) => ({
  name,
  began,
  called,
  ended,
})

test('starts that follow each other are a row, and of those at the same time the longest is in it', () => {
  const starts = [
    start('receive', 0, 10, 14),
    start('count', 12, 15, 18),
    start('dispatch', 12, 20, 26),
    start('notify', 25, 45, 50),
    start('take', 24, 40, 60),
  ]
  const names = ['receive', 'dispatch', 'take']
  expect(inARow(starts).map(({ name }) => name)).toEqual(names)
  expect(inARow(starts.toReversed()).map(({ name }) => name)).toEqual(names)
  expect(inARow([])).toEqual([])
})

test('what lasts at the same time counts once', () => {
  expect(coveredMs([])).toBe(0)
  expect(
    coveredMs([
      { from: 20, to: 30 },
      { from: 0, to: 10 },
      { from: 5, to: 8 },
      { from: 9, to: 12 },
    ]),
  ).toBe(22)
})

test('parts are taken out of an interval, wherever they lie', () => {
  const interval = { from: 10, to: 20 }
  expect(without(interval, [])).toEqual([interval])
  expect(without(interval, [{ from: 0, to: 12 }])).toEqual([{ from: 12, to: 20 }])
  expect(
    without(interval, [
      { from: 13, to: 14 },
      { from: 18, to: 25 },
    ]),
  ).toEqual([
    { from: 10, to: 13 },
    { from: 14, to: 18 },
  ])
  expect(without(interval, [{ from: 0, to: 30 }])).toEqual([])
})

/** The second of two functions creates a sandbox, from 170 to 190; a runner starts before it has ended. */
const seen: Seen = {
  posted: 100,
  functions: new Map([
    ['One', { service: 'one', memoryMb: 1769 }],
    ['Two', { service: 'two', memoryMb: 1769 / 2 }],
  ]),
  calls: [
    { functionId: 'Two', service: 'dynamodb', began: 161, ended: 165 },
    { functionId: 'Two', service: 'E2B_API_URL', began: 170, ended: 190 },
  ],
  invocations: [
    { functionId: 'One', began: 50, called: 60, ended: 70, initCpuMs: 9, callCpuMs: 4 },
    { functionId: 'One', began: 100, called: 120, ended: 130, initCpuMs: 10, callCpuMs: 5 },
    { functionId: 'One', began: 131, called: 131, ended: 135, callCpuMs: 2 },
    { functionId: 'Two', began: 140, called: 160, ended: 200, initCpuMs: 10, callCpuMs: 8 },
    { functionId: 'Scheduled', began: 136, called: 139, ended: 140, initCpuMs: 3, callCpuMs: 1 },
    { functionId: 'One', began: 205, called: 225, ended: 230, initCpuMs: 10, callCpuMs: 5 },
  ],
  hasQuotas: true,
}
const runner = { runner: 195, cli: 210 }

test('the way has what was started for the message until the CLI ran, without the time of E2B', () => {
  const way = coldWay(seen, [runner])
  expect(way.functions).toEqual([
    { name: 'one', memoryMb: 1769, initCpuMs: 10, callCpuMs: 5, initMs: 20, callMs: 10 },
    { name: 'two', memoryMb: 1769 / 2, initCpuMs: 10, callCpuMs: 8, initMs: 20, callMs: 20 },
  ])
  expect(way).toMatchObject({ measuredMs: 30 + 40 + 10, runnerMs: 10, cpuMs: 33 })
})

test('half of a CPU takes twice the time, which is added where no quota did so', () => {
  expect(coldWay(seen, [runner]).ms).toBe(15 + 2 * 18 + 10)
  const way = coldWay({ ...seen, hasQuotas: false }, [runner])
  expect(way.functions[1]).toMatchObject({ initMs: 30, callMs: 28 })
  expect(way.measuredMs).toBe(80 + 18)
})

test('a later runner prolongs the way', () => {
  const way = coldWay(seen, [runner, { runner: 228, cli: 240 }])
  expect(way.functions.map(({ name }) => name)).toEqual(['one', 'two', 'one'])
  expect(way.measuredMs).toBe(30 + 30 + 50)
})
