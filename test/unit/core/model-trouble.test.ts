/** Trouble with the model: what an error means, how long a job tries, and when people know. */
import { describe, expect, test } from 'vitest'
import {
  another,
  isGivenUp,
  isLasting,
  isNotable,
  type ModelTrouble,
  secondsToWait,
  stillTrying,
  troubleOf,
} from '../../../src/core/model-trouble.ts'
import { NOW } from './fixtures.ts'

test.each([
  [401, 'invalid x-api-key', 'key', true],
  [402, 'x', 'credit', true],
  [400, 'Your credit balance is too low to access the Anthropic API.', 'credit', true],
  [403, 'x', 'permission', true],
  [404, 'model: claude-x', 'model', true],
  [400, 'prompt is too long: 210000 tokens > 200000 maximum', 'length', true],
  [400, 'input length and `max_tokens` exceed the context limit', 'length', true],
  [413, 'x', 'length', true],
  [400, 'messages: roles must alternate', 'request', true],
  [429, 'x', 'rate', false],
  [500, 'x', 'failing', false],
  [502, 'x', 'failing', false],
  [503, 'x', 'overloaded', false],
  [529, 'x', 'overloaded', false],
] as const)('%s with %j is %s', (status, message, kind, lasts) => {
  expect(troubleOf(status, message)).toBe(kind)
  expect(isLasting({ kind })).toBe(lasts)
})

test('a rate limit that lasts for hours is not waited for', () => {
  expect(troubleOf(429, '', 30)).toBe('rate')
  expect(troubleOf(429, '', 3_600)).toBe('limit')
})

describe('a job', () => {
  /** Failures at these seconds; each request takes as long as given. */
  const series = (seconds: readonly number[], takes = 0) =>
    seconds.reduce<ModelTrouble | undefined>(
      (before, second) =>
        another(before, 'failing', {
          began: NOW + (second - takes) * 1_000,
          now: NOW + second * 1_000,
        }),
      undefined,
    )
  const at = (second: number) => NOW + second * 1_000

  test('tries six times, with growing pauses, in about two minutes', () => {
    const pauses: (number | undefined)[] = []
    for (let count = 1; !isGivenUp(series(Array.from({ length: count }, () => 0)), NOW); count++)
      pauses.push(secondsToWait({ kind: 'failing', since: NOW, at: NOW, count }))
    expect(pauses).toEqual([undefined, 4, 15, 30, 55])
  })

  test('tries a model that hangs twice', () => {
    expect(isGivenUp(series([60], 60), at(60))).toBe(false)
    expect(isGivenUp(series([60, 122], 60), at(122))).toBe(true)
  })

  test('may try again after a while', () => {
    const failed = series([0, 1, 2, 3, 4, 5])
    expect(isGivenUp(failed, at(60))).toBe(true)
    expect(isGivenUp(failed, at(130))).toBe(false)
    expect(another(failed, 'failing', { began: at(200), now: at(201) }).count).toBe(1)
  })

  test('is not given up for a single failure, however long it took', () => {
    expect(isGivenUp(series([300], 300), at(300))).toBe(false)
  })

  test('is worth a notice after three failures, or after a quarter of a minute', () => {
    expect(isNotable(series([0, 1]), at(1))).toBe(false)
    expect(isNotable(series([0, 1, 2]), at(2))).toBe(true)
    expect(isNotable(series([0, 1]), at(20))).toBe(true)
    expect(isNotable(series([30], 30), at(30))).toBe(true)
    expect(isNotable(series([0, 1, 2]), at(200))).toBe(false)
    expect(isNotable(undefined, NOW)).toBe(false)
  })

  test('is said to be still trying, and since when', () => {
    expect(stillTrying({ kind: 'overloaded', since: NOW, at: NOW, count: 3 })).toBe(
      'The model does not answer, still trying: the model is overloaded (since 00:00 UTC).',
    )
  })
})
