/** What a verdict rests on, and what of it is kept. */
import { expect, test } from 'vitest'
import {
  newVerdict,
  recordOf,
  withDecision,
  withVerdict,
} from '../../../src/core/verdict-record.ts'
import type { Upload } from '../../../src/core/worker.ts'
import { AT } from './fixtures.ts'
import { met, reported, reviewed, unmet } from './reviewed-worker.ts'

const judged = (commandId: string) => ({ commandId, at: AT, model: 'claude-conductor' })

test('the record says who judged, when, and the hash of each artifact that was named', () => {
  const worker = reported({}, { criteria: [met('C2', { artifact: 'a.txt' })] })
  const review = reviewed('accept', [met('C1'), met('C2')], {
    remarks: ['The name is odd.'],
    disagreement: 'C1: it runs here.',
  })
  const verdict = newVerdict(worker, review, [], judged('t2.0'))
  const record = {
    verdict: 'accept',
    outcome: 'accepted',
    leg: 1,
    commandId: 't2.0',
    at: AT,
    judge: { role: 'conductor', model: 'claude-conductor' },
    verifier: { id: 'w1v1', outcome: 'done', model: 'claude-verifier' },
    artifacts: [{ name: 'a.txt', sha256: '0'.repeat(64) }],
  }
  expect(recordOf(verdict)).toEqual(record)
  const { criteria, remarks = [], disagreement } = review
  expect(verdict).toEqual({ ...record, criteria, remarks, disagreement })
})

test('an artifact that an earlier version stored has no hash', () => {
  const { sha256: _, ...old } = reported().uploads?.[0] as Upload
  const review = reviewed('accept', [met('C1', { artifact: 'a.txt' }), met('C2')])
  const { artifacts } = newVerdict(reported({ uploads: [old] }), review, [], judged('t2.0'))
  expect(artifacts).toEqual([{ name: 'a.txt' }])
})

test('a verdict that does not hold is recorded with the reason', () => {
  const verdict = newVerdict(reported(), reviewed('accept'), ['C1 has no finding'], judged('t2.0'))
  expect(verdict).toMatchObject({ outcome: 'not verified', problems: ['C1 has no finding'] })
})

test('of earlier verdicts the states are kept, and no more than twenty', () => {
  const review = reviewed('revise', [unmet('C1')], { remarks: ['x'], instructions: 'y' })
  const verdicts = Array.from({ length: 25 }, (_, i) =>
    newVerdict(reported(), review, [], judged(`t${i}.0`)),
  )
  const worker = verdicts.reduce(withVerdict, reported())
  expect(worker.verdicts).toHaveLength(20)
  expect(worker.verdicts?.at(-1)).toEqual(verdicts.at(-1))
  expect(worker.verdicts?.at(-2)).toMatchObject({
    commandId: 't23.0',
    criteria: [{ id: 'C1', status: 'unmet' }],
    remarks: [],
  })
  expect(worker.verdicts?.at(-2)?.criteria[0]).not.toHaveProperty('excerpt')
})

test('long evidence is cut in the item, which is bounded', () => {
  const excerpt = 'x'.repeat(1_000)
  const { criteria } = newVerdict(
    reported(),
    reviewed('accept', [met('C1', { excerpt })]),
    [],
    judged('t2.0'),
  )
  expect(criteria[0]?.excerpt).toHaveLength(500)
})

test('a command that is repeated adds one verdict', () => {
  const verdict = newVerdict(reported(), reviewed('give_up'), [], judged('t2.0'))
  const once = withVerdict(reported(), verdict)
  expect(withVerdict(once, { ...verdict, at: 'later' })).toBe(once)
})

test('the person decides once', () => {
  const verdict = newVerdict(reported(), reviewed('accept'), ['x'], judged('t2.0'))
  const handedOver = withVerdict(reported(), verdict)
  const decided = withDecision(handedOver, { question: 'q1', choice: 'stop', by: '+15550100' })
  expect(decided.verdicts?.at(-1)?.decision).toEqual({
    question: 'q1',
    choice: 'stop',
    by: '+15550100',
  })
  expect(
    withDecision(decided, { question: 'q1', choice: 'accept as it is', by: '+15550100' }),
  ).toBe(decided)
})
