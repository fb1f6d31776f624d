/** Which attempt at a task a person has to be asked about, before a run closes and leaves it behind. */
import { describe, expect, test } from 'vitest'
import type { WorkerVerdict } from '../../../src/contract/review.ts'
import { stoppedBy, strandedAttempt } from '../../../src/core/attempts.ts'
import type { Session } from '../../../src/core/session.ts'
import type { Worker } from '../../../src/core/worker.ts'
import { askBeforeClose } from '../../../src/protocol/questions.ts'
import { DECISION, question } from '../questions/fixtures.ts'
import { AT, busyWith, closed, message, NOW, session } from './fixtures.ts'
import { reported } from './reviewed-worker.ts'

const AT_BOUND: WorkerVerdict = {
  verdict: 'revise',
  outcome: 'at a bound',
  problems: ['has had its 3 attempts'],
  leg: 1,
  commandId: 't2.0',
  at: AT,
  judge: { role: 'conductor' },
  artifacts: [],
  criteria: [],
  remarks: [],
}

const going = (workerId: string) => reported({ workerId, group: 't1.0' })
const stopped = (workerId: string) => ({ ...going(workerId), verdicts: [AT_BOUND] })
const alone = reported({ verdicts: [AT_BOUND] })
const ended = ({ live: _, ...worker }: Worker) => worker

test('a bound stops a worker until a person grants more attempts', () => {
  const { verdicts, ...without } = stopped('w1')
  expect(stoppedBy({ ...without, verdicts })).toBe('has had its 3 attempts')
  expect(stoppedBy({ ...without, bound: { leg: 1, reason: 'is late' } })).toBe('is late')
  expect(stoppedBy(without)).toBeUndefined()
  expect(stoppedBy({ ...without, verdicts, granted: { question: 1, legs: 3 } })).toBeUndefined()
  expect(stoppedBy({ ...without, verdicts, leg: 2 })).toBeUndefined()
})

describe('the person is asked about a stopped attempt', () => {
  test.each<[string, Session, Worker[], string | undefined]>([
    ['if the other one has ended', session(), [stopped('w1'), ended(going('w2'))], 'w1'],
    ['if the other one is stopped, too', session(), [stopped('w1'), stopped('w2')], 'w1'],
    ['if the conductor leaves the other one', session(), [stopped('w1'), going('w2')], 'w1'],
    [
      'not while the other one works',
      session({ busy: { w2: busyWith(1, NOW) } }),
      [stopped('w1'), going('w2')],
      undefined,
    ],
    [
      'not while a question about the other one is open',
      session({ questions: [{ ...DECISION, workerId: 'w2' }] }),
      [stopped('w1'), going('w2')],
      undefined,
    ],
    [
      'not while the conductor waits for another answer',
      session({ questions: [question()] }),
      [stopped('w1'), stopped('w2')],
      undefined,
    ],
    ['not if it has ended', session(), [ended(stopped('w1')), going('w2')], undefined],
    ['not if it worked alone', session(), [alone], undefined],
    ['not if no bound has stopped it', session(), [going('w1'), going('w2')], undefined],
  ])('%s', (_, before, workers, expected) => {
    expect(strandedAttempt(before, workers)?.workerId).toBe(expected)
  })
})

describe('before a run closes', () => {
  const asking = { asked: ['+15550100'], about: [{ id: 'w1.3' }] }
  const ask = { question: DECISION, asking, seq: 0, now: NOW }

  test('the senders who wait for the report are asked, once', () => {
    const { item } = askBeforeClose(session(), 1, ask)
    expect(item.questions).toMatchObject([{ workerId: 'w1', ...asking }])
    expect(item.pendingEntries).toMatchObject([{ kind: 'notice', about: asking.about }])
    const again = { ...ask, seq: item.lastSeq }
    expect(askBeforeClose(item, 1, again).item).toBe(item)
  })

  test.each([
    ['the run has closed', session(closed)],
    ['a message has come', session({ inbox: [message(1)] })],
    ['something has come since the workers were read', session({ lastSeq: 1 })],
    [
      'the run pauses at a budget',
      session({ paused: { scope: 'run', unit: 'usd', limit: 1, spent: 1, seq: 1 } }),
    ],
    [
      'too many questions wait',
      session({ questions: Array.from({ length: 9 }, () => question()) }),
    ],
  ])('nobody is asked if %s', (_, before) => {
    expect(askBeforeClose(before, 1, ask).item).toBe(before)
  })
})
