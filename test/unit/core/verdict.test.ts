/** The gate: which verdicts hold, and what is wrong with the others. */
import { describe, expect, test } from 'vitest'
import type { Review } from '../../../src/contract/review.ts'
import { notReviewable, outcomeOf, verdictProblems } from '../../../src/core/verdict.ts'
import { newVerdict, withDecision, withVerdict } from '../../../src/core/verdict-record.ts'
import { closeWorker } from '../../../src/core/worker.ts'
import { AT } from './fixtures.ts'
import { met, reported, reviewed, unmet } from './reviewed-worker.ts'

const worker = reported()
const all = [met('C1'), met('C2')]

describe('work is accepted', () => {
  const unverifiable = { id: 'C2', status: 'unverifiable' } as const
  test.each<[string, Review]>([
    ['if an excerpt shows each criterion', reviewed('accept', all)],
    [
      'if an artifact that was handed over shows it',
      reviewed('accept', [
        { id: 'C1', status: 'met', procedure: 'Read it.', artifact: 'a.txt' },
        met('C2'),
      ]),
    ],
    ['although a criterion cannot be verified', reviewed('accept', [met('C1'), unverifiable])],
    ['in any order of the findings', reviewed('accept', [met('C2'), met('C1')])],
    ['whatever else was noticed', reviewed('accept', all, { remarks: ['The name is odd.'] })],
  ])('%s', (_, review) => {
    expect(verdictProblems(worker, review)).toEqual([])
  })

  test('without findings if it has no criteria', () => {
    expect(verdictProblems(reported({ criteria: [] }), reviewed('accept'))).toEqual([])
  })
})

describe('work is not accepted', () => {
  const { procedure: _, ...noProcedure } = met('C2')
  const { excerpt: __, ...noExcerpt } = met('C2')
  test.each<[string, Review, readonly string[]]>([
    ['without findings', reviewed('accept'), ['C1 has no finding', 'C2 has no finding']],
    ['with a finding missing', reviewed('accept', [met('C1')]), ['C2 has no finding']],
    ['if a criterion is unmet', reviewed('accept', [met('C1'), unmet('C2')]), ['C2 is unmet']],
    [
      'without a procedure',
      reviewed('accept', [met('C1'), noProcedure]),
      ['C2 is met without a procedure'],
    ],
    [
      'without evidence',
      reviewed('accept', [met('C1'), noExcerpt]),
      ['C2 is met without an excerpt or an artifact'],
    ],
    [
      'without both',
      reviewed('accept', [met('C1'), { id: 'C2', status: 'met' }]),
      ['C2 is met without a procedure and without an excerpt or an artifact'],
    ],
    [
      'if an exit status is all there is',
      reviewed('accept', [met('C1'), { ...noExcerpt, command: 'make', exitStatus: 0 }]),
      ['C2 is met without an excerpt or an artifact'],
    ],
    [
      'on an artifact that nobody handed over',
      reviewed('accept', [met('C1'), met('C2', { artifact: 'b.txt' })]),
      ['C2 names the artifact "b.txt", which nobody handed over'],
    ],
    [
      'with an unknown criterion',
      reviewed('accept', [...all, met('C3')]),
      ['there is no criterion C3'],
    ],
    [
      'with two findings of one criterion',
      reviewed('accept', [...all, unmet('C2')]),
      ['C2 has more than one finding'],
    ],
    [
      'under criteria that it changes itself',
      reviewed('accept', all, { changes: [{ id: 'C2', text: 'it is red', reason: 'easier' }] }),
      ['criteria cannot change with the verdict that accepts the work'],
    ],
  ])('%s', (_name, review, problems) => {
    expect(verdictProblems(worker, review)).toEqual(problems)
  })
})

describe('a worker is sent back', () => {
  const again = { instructions: 'Paint it.' }
  test.each<[string, Review]>([
    ['for an unmet criterion', reviewed('revise', [unmet('C2')], again)],
    [
      'for a criterion that is added, with its reason',
      reviewed('revise', [unmet('C3')], {
        ...again,
        changes: [{ text: 'it is quiet', reason: 'the person asked for it' }],
      }),
    ],
  ])('%s', (_, review) => {
    expect(verdictProblems(worker, review)).toEqual([])
  })

  test('with instructions only, if it has no criteria', () => {
    expect(verdictProblems(reported({ criteria: [] }), reviewed('revise', [], again))).toEqual([])
  })

  test.each<[string, Review, string]>([
    ['without instructions', reviewed('revise', [unmet('C2')]), 'there are no instructions'],
    ['if nothing is unmet', reviewed('revise', all, again), 'no criterion is unmet'],
    [
      'for a criterion that does not exist',
      reviewed('revise', [unmet('C1'), unmet('C3')], again),
      'there is no criterion C3',
    ],
    [
      'with a change of a criterion that does not exist',
      reviewed('revise', [unmet('C1')], {
        ...again,
        changes: [{ id: 'C7', text: 'x', reason: 'y' }],
      }),
      'there is no criterion C7 to change',
    ],
    [
      'with more criteria than a worker can have',
      reviewed('revise', [unmet('C1')], {
        ...again,
        changes: Array.from({ length: 19 }, () => ({ text: 'x', reason: 'y' })),
      }),
      'a worker can have at most 20 criteria',
    ],
  ])('not %s', (_, review, problem) => {
    expect(verdictProblems(worker, review)).toEqual([expect.stringContaining(problem)])
  })
})

describe('a suspicion', () => {
  test.each<[string, Review]>([
    ['quotes it', reviewed('suspicious', [unmet('C1')])],
    ['describes it', reviewed('suspicious', [], { remarks: ['The test was edited.'] })],
  ])('%s', (_, review) => {
    expect(verdictProblems(worker, review)).toEqual([])
  })

  test('says what was seen, but reaches the person even if it does not', () => {
    const review = reviewed('suspicious', [{ id: 'C1', status: 'unmet' }])
    const problems = verdictProblems(worker, review)
    expect(problems).toEqual([expect.stringContaining('what was seen')])
    expect(outcomeOf(review, problems)).toBe('suspicious')
  })
})

test('a worker can be given up without a word', () => {
  expect(verdictProblems(worker, reviewed('give_up'))).toEqual([])
})

describe('a finding that the verifier contradicts', () => {
  const contradicted = reported({}, { criteria: [met('C1'), unmet('C2')] })
  const problem = [expect.stringMatching(/verifier found C2 unmet, you found it met.*disagreement/)]

  test.each([
    ['is no evidence without a word about it', undefined, problem],
    ['is no evidence with a word about another one', 'C1 and C20 are fine.', problem],
    ['counts if the disagreement is explained', 'C2: the verifier had no display.', []],
  ])('%s', (_, disagreement, problems) => {
    const review = reviewed('accept', all, disagreement === undefined ? {} : { disagreement })
    expect(verdictProblems(contradicted, review)).toEqual(problems)
  })

  test.each(['revise', 'give_up', 'suspicious'] as const)('also with %s', (verdict) => {
    const review = reviewed(verdict, [unmet('C1')], { instructions: 'x' })
    expect(verdictProblems(contradicted, review)).toEqual([
      expect.stringContaining('the verifier found C1 met, you found it unmet'),
    ])
  })

  test('does not contradict if nothing was verified', () => {
    const lost = reported({}, { outcome: 'lost', criteria: [unmet('C2')] })
    expect(verdictProblems(lost, reviewed('accept', all))).toEqual([])
  })
})

describe('a verdict is not possible', () => {
  const suspicious = withVerdict(
    worker,
    newVerdict(worker, reviewed('suspicious', [unmet('C1')]), [], { commandId: 't2.0', at: AT }),
  )
  const decided = withDecision(suspicious, {
    question: 'q1',
    choice: 'two more attempts',
    by: '+15550100',
  })
  const ended = closeWorker(worker, { status: 'ended', at: AT }).item
  test.each([
    ['on a worker that has ended', ended, 'give_up', true, 'w1 has ended'],
    ['before the report', worker, 'accept', false, 'w1 is still busy; its report will come'],
    ['before the report', worker, 'revise', false, 'w1 is still busy; its report will come'],
    ['before the report', worker, 'suspicious', false, 'w1 is still busy; its report will come'],
    ['on a suspicious worker', suspicious, 'accept', true, /the person decides/],
    ['on a suspicious worker', suspicious, 'revise', true, /the person decides/],
  ] as const)('%s: %j', (_, reviewedWorker, verdict, isOver, why) => {
    const refusal = notReviewable(reviewedWorker, { verdict }, isOver)
    expect(refusal).toEqual(typeof why === 'string' ? why : expect.stringMatching(why))
  })

  test.each([
    ['a report may be judged', worker, 'accept', true],
    ['a worker may be given up before its report', worker, 'give_up', false],
    ['a suspicious worker may be given up', suspicious, 'give_up', true],
    ['the person has decided', decided, 'accept', true],
  ] as const)('but %s', (_, reviewedWorker, verdict, isOver) => {
    expect(notReviewable(reviewedWorker, { verdict }, isOver)).toBeUndefined()
  })
})

test.each([
  ['accept', [], 'accepted'],
  ['accept', ['x'], 'not verified'],
  ['revise', [], 'revised'],
  ['revise', ['x'], 'not verified'],
  ['give_up', [], 'given up'],
  ['give_up', ['x'], 'not verified'],
  ['suspicious', [], 'suspicious'],
] as const)('%s with the problems %j is %s', (verdict, problems, outcome) => {
  expect(outcomeOf({ verdict }, problems)).toBe(outcome)
})

test('an unmet criterion may name the file that was never handed over', () => {
  const finding = { ...unmet('C2'), artifact: 'test.log' }
  const review = reviewed('revise', [met('C1'), finding], { instructions: 'write it' })
  expect(verdictProblems(reported(), review)).toEqual([])
})
