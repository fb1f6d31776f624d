import { describe, expect, test } from 'vitest'
import { decisionQuestion } from '../../../src/core/decision-question.ts'
import { grantAttempts } from '../../../src/core/more-attempts.ts'
import { closeWorker, type Leg, newWorker } from '../../../src/core/worker.ts'
import { AT } from '../core/fixtures.ts'

const worker = newWorker(
  { sessionId: 'main', workerId: 'w1', cliSession: 'cli' },
  { task: 'do it', criteria: [] },
  { commandId: 't1.0', run: 1, at: new Date(AT), seconds: 60 },
)

test('a decision grants two attempts, once, and the next decision two more', () => {
  const { item: once } = grantAttempts(worker, 1)
  expect(once.granted).toEqual({ question: 1, legs: 3 })
  expect(grantAttempts(once, 1).item).toBe(once)
  const { item: twice } = grantAttempts(once, 3)
  expect(twice.granted).toEqual({ question: 3, legs: 5 })
  expect(grantAttempts(twice, 1).item).toBe(twice)
})

describe('a worker that has had nearly all legs that a worker may have', () => {
  const leg = (n: number) => ({ ...worker.legs[0], n }) as Leg
  const workerAfter = (n: number) => ({ ...worker, leg: n, legs: [leg(n)] })
  const choices = (n: number) => decisionQuestion(workerAfter(n), [], { reason: 'is done' })

  test.each([
    [18, ['accept as it is', 'two more attempts', 'stop']],
    [19, ['accept as it is', 'stop']],
    [20, ['accept as it is', 'stop']],
  ])('is decided about after leg %i by what is possible', (n, expected) => {
    const question = choices(n)
    expect(question.choices).toEqual(expected)
    expect(question.text.includes('cannot have two more attempts')).toBe(n > 18)
  })

  test('is granted no more than that', () => {
    const granted = { question: 1, legs: 20 }
    expect(grantAttempts({ ...workerAfter(18), granted }, 2).item.granted?.legs).toBe(20)
  })
})

test('a worker that has ended gets none', () => {
  const { item: ended } = closeWorker(worker, { status: 'ended', at: AT })
  expect(grantAttempts(ended, 1).item).toBe(ended)
})
