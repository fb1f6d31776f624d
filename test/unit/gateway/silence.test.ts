/** A model that is silent is noticed after half a minute, and its request broken off after a minute. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { silenceLimits, watchSilence } from '../../../lambdas/model-gateway/silence.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const watch = (streams: boolean) => {
  const onNotice = vi.fn()
  return { onNotice, ...watchSilence(silenceLimits(streams), onNotice) }
}

test.each([
  [true, 60],
  [false, 300],
])('a stream (%s) is broken off after %i seconds without a byte', (streams, seconds) => {
  const { signal, onNotice } = watch(streams)
  vi.advanceTimersByTime(29_999)
  expect(onNotice).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(onNotice).toHaveBeenCalledOnce()
  vi.advanceTimersByTime(seconds * 1_000 - 30_001)
  expect(signal.aborted).toBe(false)
  vi.advanceTimersByTime(1)
  expect(signal.aborted).toBe(true)
  expect(onNotice).toHaveBeenCalledOnce()
})

test('each byte begins the time anew', () => {
  const { signal, heard, onNotice } = watch(true)
  for (let minute = 0; minute < 10; minute++) {
    vi.advanceTimersByTime(29_000)
    heard()
  }
  expect(onNotice).not.toHaveBeenCalled()
  expect(signal.aborted).toBe(false)
  vi.advanceTimersByTime(60_000)
  expect(signal.aborted).toBe(true)
})

test('nothing happens after the end', () => {
  const { signal, stop, onNotice } = watch(true)
  stop()
  vi.advanceTimersByTime(600_000)
  expect(onNotice).not.toHaveBeenCalled()
  expect(signal.aborted).toBe(false)
})
