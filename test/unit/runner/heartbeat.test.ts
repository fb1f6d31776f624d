/** When heartbeats are sent, and their content, by a manual clock. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Callback } from '../../../sandbox/callback.ts'
import { type Heartbeat, startHeartbeat } from '../../../sandbox/heartbeat.ts'

type Outcome = Awaited<ReturnType<Callback['beat']>>

beforeEach(() => void vi.useFakeTimers({ now: 0 }))
afterEach(() => void vi.useRealTimers())

/** A heartbeat every 30 s; `beats` are the seconds of each, with its content. */
function start(...outcomes: Outcome[]) {
  const beats: [seconds: number, ...lines: string[]][] = []
  const superseded = vi.fn()
  const heart: Heartbeat = startHeartbeat(
    async (lines) => {
      beats.push([Date.now() / 1_000, ...lines])
      return outcomes.shift() ?? 'sent'
    },
    { everySeconds: 30, superseded },
  )
  return { heart, beats, superseded }
}

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000)

test('without news it beats at its interval', async () => {
  const { beats } = start()
  await pass(65)
  expect(beats).toEqual([[30], [60]])
})

test('news is sent at once, together with news right after it', async () => {
  const { heart, beats } = start()
  await pass(1)
  heart.report('a')
  await pass(0.2)
  heart.report('b')
  await pass(1.8)
  heart.report('c')
  await pass(31)
  expect(beats).toEqual([[1.3, 'a', 'b'], [3.3, 'c'], [33.3]])
})

test('what was not delivered is sent again, but not before the interval has passed', async () => {
  const { heart, beats } = start('missed')
  heart.report('a')
  await pass(1)
  heart.report('b')
  await pass(31)
  expect(beats).toEqual([
    [0.3, 'a'],
    [30.3, 'a', 'b'],
  ])
})

test('more than a hundred lines are sent in several beats', async () => {
  const { heart, beats } = start()
  for (let line = 0; line < 150; line++) heart.report(`${line}`)
  await pass(1)
  expect(beats.map(({ length }) => length - 1)).toEqual([100, 50])
})

test('when superseded it reports that once, and stops', async () => {
  const { heart, beats, superseded } = start('superseded')
  heart.report('a')
  await pass(1)
  expect(superseded).toHaveBeenCalledOnce()
  heart.report('b')
  await pass(100)
  expect(beats).toEqual([[0.3, 'a']])
})

test('once stopped it sends nothing', async () => {
  const { heart, beats } = start()
  heart.report('a')
  heart.stop()
  heart.report('b')
  await pass(100)
  expect(beats).toEqual([])
})
