/** The files that a job may upload, and those that become artifacts. */
import { expect, test } from 'vitest'
import {
  artifactsOf,
  artifactsOfLeg,
  grantUploads,
  uploadKey,
} from '../../../src/core/artifacts.ts'
import { claimLeg, endLeg, storeLegResult } from '../../../src/core/leg.ts'
import { workerDetail } from '../../../src/core/views.ts'
import { closeWorker, instruct, newWorker, type Worker } from '../../../src/core/worker.ts'
import { AT, NOW } from './fixtures.ts'

const assignment = (commandId: string) => ({ commandId, run: 1, at: new Date(NOW), seconds: 1800 })
const file = (name: string, size = 3) => ({ name, size, sha256: `${'A'.repeat(43)}=` })
const start = { token: 'token', sandboxId: 'sandbox', now: NOW }

const queued = newWorker(
  { sessionId: 'main', workerId: 'w1', cliSession: 'cli' },
  { task: 'build it', criteria: [] },
  assignment('t1.0'),
)
const working = claimLeg(queued, 1, start).item
const granted = grantUploads(working, { leg: 1, job: 1 }, [file('a'), file('b')]).item
const bring = (worker: Worker, leg: number, job: number, artifacts: string[]) =>
  storeLegResult(worker, leg, job, { result: 'r', activity: [], artifacts, at: AT }).item
const brought = bring(granted, 1, 1, ['a', 'c'])
const second = claimLeg(
  instruct(
    endLeg(brought, 1, { outcome: 'done', used: {}, at: AT }).item,
    'more',
    assignment('t2.0'),
  ).item,
  2,
  start,
).item

test('an artifact was both granted and named in the result', () => {
  expect(artifactsOf(granted)).toEqual([])
  expect(artifactsOf(brought)).toEqual([{ leg: 1, job: 1, ...file('a'), handedOver: true }])
  expect(brought.uploads).toHaveLength(2)
  // Its checksum says later whether it is still the same file. The others need none.
  expect(brought.uploads?.[1]).toEqual({ leg: 1, job: 1, name: 'b', size: 3 })
})

test('only the current job gets grants', () => {
  const jobs: [Worker, { leg: number; job: number }][] = [
    [working, { leg: 1, job: 2 }],
    [working, { leg: 2, job: 1 }],
    [claimLeg(working, 1, start).item, { leg: 1, job: 1 }],
    [brought, { leg: 1, job: 1 }],
    [closeWorker(working, { status: 'ended', at: AT }).item, { leg: 1, job: 1 }],
  ]
  for (const [worker, job] of jobs)
    expect(grantUploads(worker, job, [file('a')])).toEqual({ item: worker, output: undefined })
})

test('the same list is granted again without a further record, another one is refused', () => {
  const again = grantUploads(granted, { leg: 1, job: 1 }, [file('a'), file('b')])
  expect(again).toEqual({ item: granted, output: 'granted' })
  for (const other of [[file('a')], [file('a'), file('c')], [file('a'), file('b', 4)]]) {
    const refused = grantUploads(granted, { leg: 1, job: 1 }, other)
    expect(refused).toEqual({ item: granted, output: { refused: expect.any(String) } })
  }
})

test("a result cannot use another job's grants", () => {
  const next = claimLeg(granted, 1, start).item
  expect(artifactsOf(bring(next, 1, 2, ['a', 'b']))).toEqual([])
})

test('the latest artifact of a name is shown, and each leg has its own', () => {
  const both = grantUploads(second, { leg: 2, job: 2 }, [file('a', 9), file('z')]).item
  const worker = bring(both, 2, 2, ['z', 'a'])
  const sha256 = '0'.repeat(64)
  expect(workerDetail(worker, String).artifacts).toEqual([
    { name: 'a', size: 9, leg: 2, sha256 },
    { name: 'z', size: 3, leg: 2, sha256 },
  ])
  expect(artifactsOfLeg(worker, 1)).toMatchObject([{ name: 'a', size: 3, leg: 1 }])
  expect(artifactsOf(worker).map((each) => uploadKey(worker, each))).toEqual([
    'artifacts/main/w1/2.2/a',
    'artifacts/main/w1/2.2/z',
  ])
})

test('an item holds a limited number', () => {
  const uploads = Array.from({ length: 399 }, (_, i) => ({ leg: 1, job: 1, name: `${i}`, size: 1 }))
  const full = { ...second, uploads }
  expect(grantUploads(full, { leg: 2, job: 2 }, [file('a')]).output).toBe('granted')
  expect(grantUploads(full, { leg: 2, job: 2 }, [file('a'), file('b')])).toEqual({
    item: full,
    output: { refused: expect.stringContaining('at most 400') },
  })
})
