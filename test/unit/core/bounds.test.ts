/** When the loop of a worker ends, and how a person lets it go on. */
import { describe, expect, test } from 'vitest'
import type { CriterionStatus, WorkerVerdict } from '../../../src/contract/review.ts'
import { boundReached } from '../../../src/core/bounds.ts'
import { endLeg } from '../../../src/core/leg.ts'
import { grantAttempts } from '../../../src/core/more-attempts.ts'
import { closeWorker, instruct, newWorker, type Worker } from '../../../src/core/worker.ts'
import { AT, NOW } from './fixtures.ts'

const limits = { attempts: 3, hours: 4 }
const HOUR = 3_600_000

/** A worker that has had so many legs; each took `hours`, and somebody decided for a week in between. */
function workedFor(legs: number, hours = 0.5): Worker {
  const assignment = (n: number) => ({
    commandId: `t${n}.0`,
    run: 1,
    at: new Date(NOW + n * 168 * HOUR),
    seconds: 1800,
  })
  let worker = newWorker(
    { sessionId: 'main', workerId: 'w1', cliSession: 'cli-session' },
    { task: 'build it', criteria: ['it runs', 'it is blue'] },
    assignment(1),
  )
  for (let n = 1; n <= legs; n++) {
    const at = new Date(NOW + n * 168 * HOUR + hours * HOUR).toISOString()
    worker = endLeg(worker, n, { outcome: 'done', used: {}, at }).item
    if (n < legs) worker = instruct(worker, 'again', assignment(n + 1)).item
  }
  return worker
}

type Found = Readonly<Record<string, CriterionStatus>>

const findings = (found: Found) => Object.entries(found).map(([id, status]) => ({ id, status }))

const verdictOn = (leg: number, found: Found): WorkerVerdict => ({
  verdict: 'revise',
  outcome: 'revised',
  leg,
  commandId: `t${leg}.1`,
  at: AT,
  judge: { role: 'conductor' },
  artifacts: [],
  criteria: findings(found),
  remarks: [],
})

const judged = (worker: Worker, ...found: Found[]): Worker => ({
  ...worker,
  verdicts: found.map((each, index) => verdictOn(index + 1, each)),
})

const kindOf = (worker: Worker, found: Found = {}, given = limits) =>
  boundReached(worker, findings(found), given)?.kind

test.each([
  [1, 3, undefined],
  [2, 3, undefined],
  [3, 3, 'attempts'],
  [4, 3, 'attempts'],
  [1, 1, 'attempts'],
  [3, 4, undefined],
])('after %i of %i attempts: %s', (legs, attempts, bound) => {
  expect(kindOf(workedFor(legs), {}, { ...limits, attempts })).toBe(bound)
})

test.each<[string, Found, Found, string | undefined]>([
  ['the same one is unmet again', { C1: 'unmet' }, { C1: 'unmet' }, 'progress'],
  ['one of two is unmet again', { C1: 'unmet', C2: 'met' }, { C1: 'unmet', C2: 'met' }, 'progress'],
  ['another one was unmet', { C1: 'unmet' }, { C2: 'unmet' }, undefined],
  [
    'one of the unmet is met now',
    { C1: 'unmet', C2: 'unmet' },
    { C1: 'unmet', C2: 'met' },
    undefined,
  ],
  ['an unmet one cannot be verified now', { C1: 'unmet' }, { C1: 'unverifiable' }, undefined],
  [
    'an unmet one cannot be verified, and the other is unmet again',
    { C1: 'unmet', C2: 'unmet' },
    { C1: 'unmet', C2: 'unverifiable' },
    'progress',
  ],
  ['nothing was judged before', {}, { C1: 'unmet' }, undefined],
  ['nothing is judged now', { C1: 'unmet' }, {}, undefined],
])('if %s', (_, before, now, bound) => {
  expect(kindOf(judged(workedFor(2), before), now)).toBe(bound)
})

test('only the verdict before counts, and not another one on the same leg', () => {
  const progressed = judged(workedFor(3), { C1: 'unmet' }, { C1: 'met', C2: 'unmet' })
  expect(kindOf(progressed, { C1: 'unmet' }, { ...limits, attempts: 9 })).toBeUndefined()
  expect(kindOf(judged(workedFor(1), { C1: 'unmet' }), { C1: 'unmet' })).toBeUndefined()
})

test('a criterion that was changed in between is another one', () => {
  const worker = judged(workedFor(2), { C1: 'unmet', C2: 'unmet' })
  const change = (id: string, leg: number): Worker => ({
    ...worker,
    criteriaChanges: [{ id, reason: 'the person changed their mind', leg }],
  })
  expect(kindOf(change('C1', 2), { C1: 'unmet' })).toBeUndefined()
  expect(kindOf(change('C1', 1), { C1: 'unmet' })).toBe('progress')
  expect(kindOf(change('C2', 2), { C1: 'unmet' })).toBe('progress')
})

test.each([
  [1, 3.9, undefined],
  [1, 4, 'hours'],
  [2, 1.9, undefined],
  [2, 2.1, 'hours'],
])('after %i legs of %d hours: %s', (legs, hours, bound) => {
  expect(kindOf(workedFor(legs, hours))).toBe(bound)
})

test('the reason ends a sentence about the worker', () => {
  const reason = (worker: Worker, found: Found = {}) =>
    boundReached(worker, findings(found), limits)?.reason
  expect(reason(workedFor(3))).toBe('has had its 3 attempts')
  expect(reason(workedFor(1, 5))).toBe('has worked for its 4 hours')
  const unmet: Found = { C1: 'unmet', C2: 'unmet' }
  expect(reason(judged(workedFor(2), unmet), unmet)).toBe(
    'makes no progress: C1, C2 unmet twice in a row, and nothing else that was unmet is met now',
  )
})

describe('a person grants two more attempts', () => {
  const stuck = judged(workedFor(2), { C1: 'unmet' }, { C1: 'unmet' }, { C1: 'unmet' })
  const late = workedFor(1, 5)
  /** The worker after `legs` further ones of five hours. */
  const later = (worker: Worker, legs: number): Worker => {
    let item = worker
    for (let i = 0; i < legs; i++) {
      const at = new Date(NOW + 9 * 168 * HOUR)
      const assignment = { commandId: `t9.${i}`, run: 1, at, seconds: 60 }
      const { item: sent, output } = instruct(item, 'again', assignment)
      if ('refused' in output) throw new Error(output.refused)
      const ended = new Date(at.getTime() + 5 * HOUR).toISOString()
      item = endLeg(sent, output.leg, { outcome: 'done', used: {}, at: ended }).item
    }
    return item
  }

  test.each([
    ['attempts', workedFor(3), 'attempts'],
    ['progress', stuck, 'progress'],
    ['hours', late, 'hours'],
  ])('exactly two follow, whichever bound was reached: %s', (_, worker, bound) => {
    const found: Found = { C1: 'unmet' }
    expect(kindOf(worker, found)).toBe(bound)
    const { item } = grantAttempts(worker, 1)
    expect(kindOf(item, found)).toBeUndefined()
    expect(kindOf(later(item, 1), found)).toBeUndefined()
    expect(kindOf(later(item, 2), found)).toBe('attempts')
    const again = grantAttempts(later(item, 2), 2).item
    expect(kindOf(later(again, 1), found)).toBeUndefined()
    expect(kindOf(later(again, 2), found)).toBe('attempts')
  })

  test('once by each answer, and to no worker that has ended', () => {
    const granted = grantAttempts(late, 1).item
    const sentOn = later(granted, 1)
    expect(grantAttempts(sentOn, 1).item).toBe(sentOn)
    const ended = closeWorker(late, { status: 'ended', at: AT }).item
    expect(grantAttempts(ended, 1).item).toBe(ended)
  })
})
