/** What the mark of an address names, and which replies are older than a message that waits. */
import { expect, test } from 'vitest'
import type { Entry } from '../../../dashboard/src/api/types.ts'
import { entryAt, isMark, olderAnswers } from '../../../dashboard/src/thread/entries.ts'

const at = '2026-11-30T12:00:00.000Z'
const person = (seq: number): Entry => ({ seq, at, role: 'user', text: 'go', messageId: `m${seq}` })
const reply = (seq: number, ...answers: string[]): Entry => ({
  seq,
  at,
  role: 'conductor',
  text: 'done',
  turnId: `t${seq}`,
  answers,
})

const command = (id: string, type: 'SPAWN_WORKER' | 'REVIEW_WORKER', criteria: unknown) => ({
  id,
  type,
  status: 'done' as const,
  workerId: 'w1',
  criteria,
})
const met = (id: string) => ({ id, status: 'met' })
const entries: readonly Entry[] = [
  person(1),
  { ...reply(2, 'm1'), commands: [command('t2.0', 'SPAWN_WORKER', ['It is green.'])] },
  { ...reply(3), commands: [command('t3.0', 'REVIEW_WORKER', [met('C1'), met('C2')])] },
  { ...reply(4), commands: [command('t4.0', 'REVIEW_WORKER', [met('C1')])] },
]

test.each([
  ['3', 3],
  ['9', undefined],
  ['t4', 4],
  ['t3.0', 3],
  ['w1', 2],
  ['w1.C2', 3],
  // The latest verdict counts.
  ['w1.C1', 4],
  ['w2.C1', undefined],
  ['anything', undefined],
])('the mark %s names entry %s', (mark, seq) => {
  expect(entryAt(entries, mark)).toBe(seq)
  expect(isMark(mark)).toBe(mark !== 'anything')
})

test('a reply to an earlier message is older while the newer one waits', () => {
  const while2Waits = [person(1), person(2), reply(3, 'm1')]
  expect([...olderAnswers(while2Waits, 1)]).toEqual([3])
  expect([...olderAnswers([...while2Waits, reply(4, 'm2')], 0)]).toEqual([])
})

test('a reply is not older if what waits came after it, or if only a report waits', () => {
  expect([...olderAnswers([person(1), reply(2, 'm1'), person(3)], 1)]).toEqual([])
  expect([...olderAnswers([person(1), reply(2, 'm1'), reply(3)], 1)]).toEqual([])
})

test('a message that was given up makes no later reply older', () => {
  const all = [person(1), person(2), reply(3, 'm2'), person(4)]
  expect([...olderAnswers(all, 1)]).toEqual([])
})
