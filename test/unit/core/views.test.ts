/** The API's view of a worker and a conductor: what they did, without internal fields. */
import { expect, test } from 'vitest'
import { claimLeg, endLeg, noteActivity } from '../../../src/core/leg.ts'
import { modelView } from '../../../src/core/receipt.ts'
import { newSession } from '../../../src/core/session.ts'
import { newVerdict, withVerdict } from '../../../src/core/verdict-record.ts'
import { conductorView, workerDetail, workerView } from '../../../src/core/views.ts'
import { closeWorker, instruct, newWorker } from '../../../src/core/worker.ts'
import { stopRun } from '../../../src/protocol/lifecycle.ts'
import { ACCOUNT, AT, busyWith, NOW } from './fixtures.ts'
import { reviewed } from './reviewed-worker.ts'

const consoleLink = (execution: string) => `https://console.example.com/${execution}`

const assignment = (commandId: string) => ({ commandId, run: 1, at: new Date(NOW), seconds: 1800 })

const queued = newWorker(
  { sessionId: 'main', workerId: 'w1', cliSession: 'secret-cli-session' },
  { task: 'build it', criteria: ['it runs'] },
  assignment('t1.0'),
)
const working = claimLeg(queued, 1, { token: 'secret-token', sandboxId: 'sandbox', now: NOW }).item
const reported = endLeg(noteActivity(working, 1, ['Bash: ls'], AT).item, 1, {
  outcome: 'done',
  used: { nanoUsd: 5 },
  at: AT,
}).item
const second = instruct(reported, 'in blue', assignment('t2.0')).item

const shared = {
  workerId: 'w1',
  sessionId: 'main',
  task: 'build it',
  group: null,
  startedAt: AT,
  lastActivity: AT,
}

test('a worker that waits for its sandbox has none yet', () => {
  const shows = { ...shared, sandboxId: null, status: 'queued', leg: 1, activity: 'queued' }
  expect(workerView(queued)).toEqual(shows)
  expect(workerView({ ...queued, group: 't1.0' })).toEqual({ ...shows, group: 't1.0' })
})

test('one worker is shown with its criteria and each leg', () => {
  const ended = closeWorker(second, { status: 'accepted', reason: 'good', at: AT }).item
  const claims = { report: 'It is blue.', criteria: [], notDone: ['the door'], artifacts: [] }
  expect(workerDetail(ended, consoleLink, { claims: new Map([[1, claims]]) })).toEqual({
    ...shared,
    sandboxId: 'sandbox',
    status: 'accepted',
    leg: 2,
    activity: 'accepted',
    criteria: ['it runs'],
    review: {
      criteria: [{ id: 'C1', text: 'it runs', status: null }],
      changes: [],
      verdicts: [],
    },
    reason: 'good',
    artifacts: [],
    legs: [
      {
        leg: 1,
        execution: 'main.w1.1',
        console: 'https://console.example.com/main.w1.1',
        instructions: null,
        startedAt: AT,
        endedAt: AT,
        outcome: 'done',
        claims: { criteria: [], notDone: ['the door'], artifacts: [] },
        usage: modelView({ nanoUsd: 5 }),
        activity: ['Bash: ls'],
        verification: null,
      },
      {
        leg: 2,
        execution: 'main.w1.2',
        console: 'https://console.example.com/main.w1.2',
        instructions: 'in blue',
        startedAt: AT,
        endedAt: null,
        outcome: null,
        claims: null,
        usage: null,
        activity: [],
        verification: null,
      },
    ],
  })
})

test('tokens and CLI sessions are not shown', () => {
  expect(JSON.stringify([workerView(working), workerDetail(second, consoleLink)])).not.toContain(
    'secret',
  )
})

test('a conductor is up while its run is open, and down once it was stopped', () => {
  const open = {
    ...newSession('main', 'http', 'secret-cli-session', AT),
    run: { id: 1, open: true, tries: 0 },
    busy: { w1: busyWith(1, NOW) },
    conductor: { cliSession: 'secret-cli-session', sandboxId: 'sandbox', awakeSince: NOW - 5000 },
  }
  const shows = { sessionId: 'main', sandboxId: 'sandbox', lastActivity: AT }
  expect(conductorView(open, NOW)).toEqual({
    ...shows,
    uptime: 5000,
    uptimeSeconds: 5,
    activeWorkerCount: 1,
  })
  const stopped = stopRun(open, 'Stopped', ACCOUNT).item
  expect(conductorView(stopped, NOW)).toEqual({
    ...shows,
    uptime: 0,
    uptimeSeconds: 0,
    activeWorkerCount: 0,
  })
})

test('a criterion has the state of the latest verdict, unless it has changed since', () => {
  const findings = [
    { id: 'C1', status: 'met' },
    { id: 'C2', status: 'unmet' },
  ] as const
  const review = reviewed('revise', findings, { instructions: 'x' })
  const judged = withVerdict(
    { ...reported, criteria: ['it runs', 'it is red', 'it is quiet'] },
    newVerdict(reported, review, [], { commandId: 't2.0', at: AT }),
  )
  const changed = { ...judged, criteriaChanges: [{ id: 'C2', reason: 'a new wish', leg: 2 }] }
  expect(workerDetail(judged, consoleLink).review.criteria).toEqual([
    { id: 'C1', text: 'it runs', status: 'met' },
    { id: 'C2', text: 'it is red', status: 'unmet' },
    { id: 'C3', text: 'it is quiet', status: null },
  ])
  expect(workerDetail(changed, consoleLink).review).toMatchObject({
    criteria: [{ status: 'met' }, { status: null }, { status: null }],
    changes: [{ id: 'C2', reason: 'a new wish', leg: 2 }],
    verdicts: [{ outcome: 'revised', criteria: findings }],
  })
})
