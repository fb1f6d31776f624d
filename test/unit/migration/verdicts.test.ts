/** Items, results and entries as they were written before there were verdicts are read without loss. */
import { expect, test } from 'vitest'
import { sessionNames, workerNames } from '../../../src/adapters/stored-names.ts'
import { entry } from '../../../src/contract/api/entry.ts'
import { result } from '../../../src/contract/runner.ts'
import { turnEntry } from '../../../src/core/history.ts'
import { newLedger } from '../../../src/core/ledger.ts'
import { legPrompt } from '../../../src/core/prompt.ts'
import { acceptedTurnReply } from '../../../src/core/read-turn.ts'
import { reviewsOf } from '../../../src/core/turn-reviews.ts'
import { notReviewable, verdictProblems } from '../../../src/core/verdict.ts'
import { newVerdict, withVerdict } from '../../../src/core/verdict-record.ts'
import { workerDetail } from '../../../src/core/views.ts'
import { currentLeg } from '../../../src/core/worker.ts'
import { remainingCommands } from '../../../src/protocol/guards.ts'
import { acceptTurn } from '../../../src/protocol/turn.ts'
import { met, reviewed } from '../core/reviewed-worker.ts'
import stored from './before-verdicts.json' with { type: 'json' }

const session = sessionNames.read(stored.session)
const reply = acceptedTurnReply(result.parse(stored.result), '')

test.each(Object.entries(stored.workers))('a worker is shown as it was: %s', (_, item) => {
  const worker = workerNames.read(item)
  expect(workerNames.write({ ...worker })).toEqual(item)
  const { review, criteria, artifacts, legs } = workerDetail(worker, String)
  expect(criteria).toEqual(['it runs', 'it is blue'])
  expect(review).toEqual({
    criteria: [
      { id: 'C1', text: 'it runs', status: null },
      { id: 'C2', text: 'it is blue', status: null },
    ],
    changes: [],
    verdicts: [],
  })
  expect(artifacts).toEqual([{ name: 'a.txt', size: 3, leg: 1 }])
  expect(legs[0]).toMatchObject({ outcome: 'done', claims: null })
})

test('a report can be judged by the new rules, also on a file whose hash was not kept', () => {
  const worker = workerNames.read(stored.workers.reported)
  const review = reviewed('accept', [met('C1', { artifact: 'a.txt' }), met('C2')])
  expect(notReviewable(worker, review, true)).toBeUndefined()
  expect(verdictProblems(worker, review)).toEqual([])
  const verdict = newVerdict(worker, review, [], { commandId: 't2.0', at: worker.startedAt })
  expect(withVerdict(worker, verdict).verdicts).toMatchObject([{ artifacts: [{ name: 'a.txt' }] }])
})

test('a leg that was assigned before has its instructions, without criteria', () => {
  const worker = workerNames.read(stored.workers.again)
  const prompt = legPrompt(worker, currentLeg(worker))
  expect(prompt).toContain('paint it blue')
  expect(prompt).not.toContain('CRITERIA')
})

test('a turn that was accepted before runs its commands and is written as it was', () => {
  expect(session.turn && remainingCommands(session.turn)).toEqual([0, 1, 2])
  expect(reply).toEqual(stored.result.structured)
  const pending = session.pendingEntries.find(({ kind }) => kind === 'turn')
  if (pending?.kind !== 'turn') throw new Error('the turn has its entry')
  expect(turnEntry(pending, reply, session)).toEqual(stored.entry)
  expect(entry.parse(stored.entry)).toEqual(stored.entry)
})

test('a turn that was being asked is accepted', () => {
  const asking = sessionNames.read(stored.asking)
  const decision = { result: 'j1', commands: 3, spawns: 1, used: {}, silent: false }
  const { output } = acceptTurn(asking, 1, 1, {
    ...decision,
    replies: true,
    unsent: true,
    at: asking.createdAt,
  })
  expect(output).toEqual([0, 1, 2])
})

test('the old commands are read in text, too', () => {
  const { structured: _, ...prose } = result.parse(stored.result)
  expect(acceptedTurnReply(prose, '').commands).toEqual([
    { type: 'KILL_WORKER', workerId: 'w1', reason: 'good' },
    { type: 'MESSAGE_WORKER', workerId: 'w2', instructions: 'paint it blue' },
    { type: 'SPAWN_WORKER', task: 'dig', criteria: [] },
  ])
})

test('accepting work by the old command shows no evidence', () => {
  const { problems } = reviewsOf(reply.commands, {
    workers: [workerNames.read(stored.workers.reported)],
    hasReported: () => true,
    ledger: newLedger,
    now: Date.parse(session.createdAt),
  })
  expect(problems).toHaveLength(1)
})
