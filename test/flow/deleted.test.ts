/** What a job still holds links for is not written once its session was deleted. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Job, UploadLink } from '../../src/contract/runner.ts'
import { type JobClaims, signJobToken } from '../../src/core/job-token.ts'
import { block, endingsOf, replies, sharedBaton, type TestBaton } from '../support/baton.ts'
import { objectSizes } from '../support/bucket.ts'
import { holdAnswer } from '../support/held-answer.ts'
import { secretsOf } from '../support/secrets.ts'

let baton: TestBaton
let signingKey = ''
beforeAll(async () => {
  baton = await sharedBaton()
  const secrets = [...(await secretsOf(baton.aws))]
  signingKey = secrets.find(([name]) => name.includes('job-signing-key'))?.[1] ?? ''
})
afterAll(() => baton.close())

const remove = async (session: string) =>
  (await baton.request(`/api/sessions/${session}`, { method: 'DELETE' })).status

/** Asks the callback as the runner of a job does. */
async function ask<Answer>(
  route: 'job' | 'artifacts',
  claims: Omit<JobClaims, 'expires'>,
  body: unknown,
): Promise<Answer> {
  const token = signJobToken(
    { ...claims, expires: Math.floor(Date.now() / 1000) + 600 },
    signingKey,
  )
  const response = await baton.request(`/api/webhooks/sandbox/${route}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  })
  expect(response.status).toBe(200)
  return (await response.json()) as Answer
}

const put = async (link: { url: string; headers?: Record<string, string> | undefined }) => {
  const { url, headers = {} } = link
  return (await fetch(url, { method: 'PUT', headers, body: 'late' })).status
}

const LATE = { name: 'late.txt', size: 4, sha256: sha256('late') }

function sha256(content: string) {
  return createHash('sha256').update(content).digest('base64')
}

test('links of a worker and of a turn write nothing after the session was deleted', async () => {
  await baton.send('writing', block('sleep 300'))
  await baton.atWork('writing')
  const { asked } = holdAnswer(baton.model, 'hello, and write')
  await baton.send('writing', 'hello, and write')
  await asked
  const worker = { session: 'writing', worker: 'w1', leg: 1, job: 1 }
  const ofWorker = await ask<Job>('job', worker, { saveHeaders: true })
  const { links } = await ask<{ links: UploadLink[] }>('artifacts', worker, [LATE])
  const ofTurn = await ask<Job>(
    'job',
    { session: 'writing', leg: 2, job: 2 },
    { saveHeaders: true },
  )
  expect(await remove('writing')).toBe(204)

  for (const link of [ofWorker.save, ofTurn.save, ...links]) expect(await put(link)).toBe(412)
  for (const { url } of [ofWorker.save, ofTurn.save, ...links]) expect(await put({ url })).toBe(403)
  for (const kind of ['transcripts', 'artifacts'])
    expect(Object.values(await objectSizes(baton, `${kind}/writing/`))).toSatisfy(
      (sizes: number[]) => sizes.length > 0 && sizes.every((size) => size === 0),
    )

  // The next conversation has other keys.
  await baton.send('writing', 'hello again')
  await baton.until('writing', (all) => replies(all).length === 1)
  await baton.settled('writing')
  expect(Object.values(await objectSizes(baton, 'transcripts/writing/conductor/'))).toSatisfy(
    (sizes: number[]) => sizes.some((size) => size > 0),
  )
})

test('a file that was handed over is gone, not empty', async () => {
  await baton.send('handed', block('mkdir artifacts; echo hi > artifacts/a.txt'))
  await baton.until('handed', (all) => endingsOf(all).length > 0)
  await baton.settled('handed')
  expect(Object.values(await objectSizes(baton, 'artifacts/handed/'))).toEqual([3])
  expect(await remove('handed')).toBe(204)
  expect(await objectSizes(baton, 'artifacts/handed/')).toEqual({})
})

test('a runner of an earlier template, which sends no headers, saves its transcript', async () => {
  const { asked, release } = holdAnswer(baton.model, 'hello from earlier')
  await baton.send('earlier', 'hello from earlier')
  await asked
  const { save } = await ask<Job>('job', { session: 'earlier', leg: 1, job: 1 }, {})
  expect(save).not.toHaveProperty('headers')
  expect(await put(save)).toBe(200)
  expect(await remove('earlier')).toBe(204)
  release()
})
