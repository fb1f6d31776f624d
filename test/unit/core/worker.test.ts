/** A worker's way through its legs: which jobs may act for it, and what ends it. */
import { describe, expect, test } from 'vitest'
import {
  claimLeg,
  countSandboxFailure,
  endLeg,
  isCurrentLegJob,
  noteActivity,
  storeLegResult,
} from '../../../src/core/leg.ts'
import { failsTooOften } from '../../../src/core/limits.ts'
import {
  closeWorker,
  currentLeg,
  instruct,
  newWorker,
  type Worker,
} from '../../../src/core/worker.ts'
import { AT, NOW } from './fixtures.ts'

const LATER = '2026-01-01T00:10:00.000Z'
const assignment = (commandId: string) => ({ commandId, run: 1, at: new Date(NOW), seconds: 1800 })
const start = { token: 'token', sandboxId: 'sandbox', now: NOW }
const brought = { result: 'w1.j1', activity: ['Bash'], transcript: 'j1', at: LATER }
const over = { outcome: 'done', used: {}, at: LATER } as const

const queued = newWorker(
  { sessionId: 'main', workerId: 'w1', cliSession: 'cli-session' },
  { task: 'build it', criteria: ['it runs'] },
  assignment('t1.0'),
)
const working = claimLeg(queued, 1, start).item
const finished = storeLegResult(working, 1, 1, brought).item
const reported = endLeg(finished, 1, over).item
const lost = endLeg(working, 1, { outcome: 'lost', used: {}, at: LATER }).item
const ended = closeWorker(working, { status: 'ended', at: LATER }).item

/** Checks that nothing was done, and no token completed. */
const untouched = (item: Worker) => ({ item, output: undefined })

test('a new worker is queued for its first leg of half an hour', () => {
  expect(queued).toMatchObject({
    status: 'queued',
    live: 'live',
    leg: 1,
    lastJob: 0,
    startedAt: AT,
  })
  expect(currentLeg(queued)).toEqual({
    n: 1,
    commandId: 't1.0',
    run: 1,
    startedAt: AT,
    seconds: 1800,
    deadline: NOW + 1_800_000,
    activity: [],
  })
})

describe('a leg is claimed', () => {
  test('with a new job number each time; the later one is current', () => {
    const second = claimLeg(working, 1, { token: 'second', sandboxId: 'sandbox', now: NOW })
    expect(second.output).toBe(2)
    expect([1, 2, 3].filter((job) => isCurrentLegJob(second.item, 1, job))).toEqual([2])
    expect(storeLegResult(second.item, 1, 1, brought)).toEqual(untouched(second.item))
    expect(storeLegResult(second.item, 1, 2, brought).output).toBe('second')
  })

  test.each([
    ['brought its result', finished, 1],
    ['is reported', reported, 1],
    ['was lost', lost, 1],
    ['is of an ended worker', ended, 1],
    ['is not the current one', working, 2],
  ])('not when it %s', (_, worker, leg) => {
    expect(claimLeg(worker, leg, start)).toEqual(untouched(worker))
  })
})

describe('a job', () => {
  test.each([
    ['counts while its leg is under way', working, true],
    ['does not count before it is claimed', queued, false],
    ['does not count once its result is there', finished, false],
    ['does not count once its leg was lost', lost, false],
    ['does not count once its worker has ended', ended, false],
  ])('%s', (_, worker, current) => {
    expect(isCurrentLegJob(worker, 1, 1)).toBe(current)
  })
})

describe('a result', () => {
  test('is recorded with its activity and the place of the conversation', () => {
    const { item, output } = storeLegResult(working, 1, 1, brought)
    expect(output).toBe('token')
    expect(item).toMatchObject({ transcript: 'j1', lastActivity: LATER })
    expect(currentLeg(item)).toMatchObject({ result: 'w1.j1', activity: ['Bash'] })
  })

  test('completes the token again if it is repeated, and changes nothing', () => {
    const again = storeLegResult(finished, 1, 1, { ...brought, result: 'other' })
    expect(again).toEqual({ item: finished, output: 'token' })
  })

  test.each([
    ['an older leg', working, 0, 1],
    ['an older job', working, 1, 0],
    ['an ended worker', ended, 1, 1],
  ])('is dropped if it is from %s', (_, worker, leg, job) => {
    expect(storeLegResult(worker, leg, job, brought)).toEqual(untouched(worker))
  })
})

describe('activity', () => {
  test('is kept, the last 200 lines', () => {
    const lines = Array.from({ length: 150 }, (_, i) => `line ${i}`)
    const once = noteActivity(working, 1, lines, AT).item
    const { item } = noteActivity(once, 1, lines, LATER)
    expect(item).toMatchObject({ activity: 'line 149', lastActivity: LATER })
    expect(currentLeg(item).activity).toEqual([...lines.slice(100), ...lines])
  })

  test.each([
    ['there is none', working, 1, []],
    ['it is of another leg', working, 2, ['Bash']],
    ['its leg is over', reported, 1, ['Bash']],
    ['its worker has ended', ended, 1, ['Bash']],
  ])('is dropped if %s', (_, worker, leg, lines) => {
    expect(noteActivity(worker, leg, lines, LATER).item).toBe(worker)
  })
})

describe('a leg that is over', () => {
  test('is reported, once', () => {
    expect(reported).toMatchObject({ status: 'reported', activity: 'reported: done' })
    expect(currentLeg(reported)).toMatchObject({ outcome: 'done', endedAt: LATER, reported: true })
    expect(endLeg(reported, 1, { outcome: 'lost', used: {}, at: AT }).item).toBe(reported)
  })

  test('is not another leg', () => {
    expect(endLeg(finished, 2, over).item).toBe(finished)
  })

  test('of an ended worker keeps the verdict', () => {
    expect(endLeg(ended, 1, over).item).toMatchObject({ status: 'ended', activity: 'ended' })
  })
})

describe('an instruction', () => {
  const { item, output } = instruct(reported, 'in blue', assignment('t2.0'))

  test('starts another leg', () => {
    expect(output).toEqual({ leg: 2 })
    expect(item).toMatchObject({ status: 'queued', leg: 2, lastJob: 1, transcript: 'j1' })
    expect(item.legs).toEqual([
      currentLeg(reported),
      expect.objectContaining({ n: 2, commandId: 't2.0', instructions: 'in blue', activity: [] }),
    ])
  })

  test('repeated by one command is one leg', () => {
    expect(instruct(item, 'in blue', assignment('t2.0'))).toEqual({ item, output: { leg: 2 } })
  })

  test('fences off the previous leg', () => {
    const claimed = claimLeg(item, 2, start)
    expect(claimed.output).toBe(2)
    expect(storeLegResult(claimed.item, 1, 1, brought).output).toBeUndefined()
    expect(endLeg(claimed.item, 1, over).item).toBe(claimed.item)
  })

  test('to a worker whose leg was lost starts another leg too', () => {
    expect(instruct(lost, 'again', assignment('t2.0')).output).toEqual({ leg: 2 })
  })

  test.each([
    ['waits for its sandbox', queued, 'w1 is still busy; its report will come'],
    ['works', working, 'w1 is still busy; its report will come'],
    ['has its report on the way', finished, 'w1 is still busy; its report will come'],
    ['has ended', ended, 'w1 has ended'],
  ])('is refused for a worker that %s', (_, worker, refused) => {
    expect(instruct(worker, 'x', assignment('t2.0'))).toEqual({ item: worker, output: { refused } })
  })
})

describe('a worker in another sandbox', () => {
  const { item: sentOn } = instruct(reported, 'in blue', assignment('t2.0'))
  const elsewhere = { ...start, sandboxId: 'another' }
  const moved = claimLeg(sentOn, 2, elsewhere).item

  test('has lost its files, and so has the leg', () => {
    expect(moved).toMatchObject({ sandboxId: 'another', filesLost: true })
    expect(currentLeg(moved).filesLost).toBe(true)
    expect(claimLeg(sentOn, 2, start).item).not.toHaveProperty('filesLost')
    expect(currentLeg(claimLeg(moved, 2, elsewhere).item).filesLost).toBe(true)
  })

  test('is told until it remembers that', () => {
    const { transcript: _, ...unsaved } = { ...brought, result: 'w1.j2' }
    expect(storeLegResult(moved, 2, 2, unsaved).item.filesLost).toBe(true)
    expect(storeLegResult(moved, 2, 2, brought).item).not.toHaveProperty('filesLost')
  })

  test('had no files before its first report', () => {
    const restarted = claimLeg(working, 1, elsewhere).item
    expect(restarted).not.toHaveProperty('filesLost')
    expect(currentLeg(restarted)).not.toHaveProperty('filesLost')
  })

  test.each([
    ['another sandbox', (worker: Worker) => claimLeg(worker, 2, elsewhere).item],
    [
      'a result',
      (worker: Worker) => storeLegResult(claimLeg(worker, 2, start).item, 2, 2, brought).item,
    ],
  ])('failures of its sandbox are counted until %s', (_, then) => {
    const once = countSandboxFailure(sentOn, 'sandbox').item
    const twice = countSandboxFailure(once, 'sandbox').item
    expect([failsTooOften(sentOn), failsTooOften(once), failsTooOften(twice)]).toEqual([
      false,
      false,
      true,
    ])
    expect(countSandboxFailure(twice, 'another')).toEqual(untouched(twice))
    expect(then(twice)).not.toHaveProperty('sandboxFailures')
    expect(countSandboxFailure(twice, undefined).item).toEqual(sentOn)
    expect(countSandboxFailure(sentOn, undefined).item).toBe(sentOn)
  })
})

describe('an end', () => {
  test.each([
    ['queued', queued, {}],
    ['working', working, { sandboxId: 'sandbox' }],
    ['with a result', finished, { sandboxId: 'sandbox' }],
    ['reported', reported, { sandboxId: 'sandbox' }],
    ['lost', lost, { sandboxId: 'sandbox' }],
  ])('is final, and lists what else has to be ended: a worker %s', (_, worker, answer) => {
    const verdict = { status: 'accepted', reason: 'good', at: LATER } as const
    const end = closeWorker(worker, verdict)
    expect(end.output).toEqual(answer)
    expect(end.item).toMatchObject({ status: 'accepted', reason: 'good', activity: 'accepted' })
    expect(end.item).not.toHaveProperty('live')
    expect(end.item.legs).toEqual(worker.legs)
    expect(claimLeg(end.item, 1, start)).toEqual(untouched(end.item))
    expect(storeLegResult(end.item, 1, 1, brought)).toEqual(untouched(end.item))
  })

  test('says what ended it, if that is told', () => {
    const end = closeWorker(working, { status: 'ended', by: 't3.0', at: LATER }).item
    expect(end).toMatchObject({ status: 'ended', endedBy: 't3.0' })
    expect(ended).not.toHaveProperty('endedBy')
  })

  test('keeps the first verdict if it is repeated, and lists again what to end', () => {
    const again = closeWorker(ended, { status: 'rejected', reason: 'late', at: AT })
    expect(again).toEqual({ item: ended, output: { sandboxId: 'sandbox' } })
  })
})
