/** Workers that were ended outside a command. */
import { expect, test } from 'vitest'
import { freeWorkers } from '../../../src/protocol/free-workers.ts'
import { busyWith, NOW, session } from '../core/fixtures.ts'
import { DECISION } from './fixtures.ts'

const LATER = NOW + 10_000
const busy = { w1: busyWith(2, NOW + 60_000), w2: busyWith(1, NOW + 60_000) }

test('a worker that was sent on before its decision was applied is freed, and its new question withdrawn', () => {
  const before = session({ busy, questions: [{ ...DECISION, id: 'q2' }] })
  const after = freeWorkers(before, [{ workerId: 'w1', status: 'accepted' }], LATER).item
  expect(after.busy).toEqual({ w2: busy.w2 })
  expect(after.questions).toBeUndefined()
  expect(after.closedQuestions).toMatchObject([{ id: 'q2', how: 'withdrawn' }])
  // Its verdict was counted with the answer.
  expect(after.counts).toEqual({ sandboxSeconds: 10 })
  expect(freeWorkers(after, [{ workerId: 'w1', status: 'accepted' }], LATER).item).toBe(after)
})

test('another attempt that was busy counts as ended', () => {
  const after = freeWorkers(session({ busy }), [{ workerId: 'w2', status: 'ended' }], LATER).item
  expect(after.counts).toEqual({ sandboxSeconds: 10, ended: 1 })
})
