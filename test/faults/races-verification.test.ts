/** A leg is verified once and reported once, whatever crashes between the steps, and whoever collects it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Entry } from '../../src/core/history.ts'
import { block, endingsOf, receipts } from '../support/baton.ts'
import { holdAnswer } from '../support/held-answer.ts'
import { PATIENT } from '../support/patience.ts'
import { type Race, startRace } from '../support/race.ts'
import { asking, spawnAsTold } from '../support/spawn-as-told.ts'

let race: Race
beforeAll(async () => {
  race = await startRace({ pauses: 'reliable' })
  if (race.baton.model) race.baton.model.conductor = spawnAsTold
})
afterAll(() => race.baton.close())

const WORK = asking({
  task: block('mkdir -p artifacts; echo hello > artifacts/greeting.txt'),
  criteria: ['`grep -x hello ~/artifacts-to-check/greeting.txt` exits 0.'],
})
/** What only the prompt of a verifier contains. */
const CLAIMS = '"procedure"'

const isReviewed = (entries: readonly Entry[]) =>
  endingsOf(entries).length > 0 && receipts(entries).length > 0
const reportsIn = (entries: readonly Entry[]) =>
  entries.filter(({ role }) => role === 'worker').map(({ text }) => text)

interface Detail {
  readonly status: string
  readonly legs: readonly { readonly verification: { readonly outcome: string } | null }[]
}
async function workerOf(session: string): Promise<Detail> {
  const response = await race.baton.request(`/api/sessions/${session}/workers/w1`)
  return (await response.json()) as Detail
}
const verifierSandboxes = (session: string) =>
  race.baton.e2b
    .sandboxes()
    .filter(({ metadata }) => metadata.session === session && metadata.worker === 'w1v1')

test.each([
  ["the verifier's item is written", { operation: 'UpdateItem', about: '"verifies"' }],
  ['its leg is marked as being verified', { operation: 'UpdateItem', about: '"verifying"' }],
  ['what it found is stored', { operation: 'UpdateItem', about: '"verifierUsed"' }],
  ['the report is queued', { operation: 'sqs SendMessage' }],
  ['the leg is marked as reported', { operation: 'UpdateItem', about: 'reported: done' }],
  ['the verifier is ended', { operation: 'UpdateItem', about: '"ended"' }],
])('a crash before %s changes nothing', async (when, wanted) => {
  const session = `crash-${when.replaceAll(/\W/g, '-')}`
  const held = race.hold({ session, step: 'CollectResult', ...wanted })
  await race.baton.send(session, WORK)
  await held.arrived
  held.crash()
  const entries = await race.baton.until(session, isReviewed)
  expect(reportsIn(entries)).toEqual([
    expect.stringMatching(/Independent verification by w1v1[\s\S]*\n- C1 met;/),
  ])
  expect(receipts(entries)).toMatchObject([{ legs: 1, verifications: { count: 1 } }])
  expect((await workerOf(session)).legs).toMatchObject([{ verification: { outcome: 'done' } }])
  await expect.poll(() => verifierSandboxes(session), PATIENT).toEqual([])
})

test('a verification whose execution is ended from outside is reported as lost, and its late result is dropped', async () => {
  const session = 'aborted'
  const held = holdAnswer(race.baton.model, CLAIMS)
  await race.baton.send(session, WORK)
  await held.asked
  expect((await workerOf(session)).status).toBe('verifying')
  await race.abortLeg(session, 'w1', 1)
  const entries = await race.baton.until(session, isReviewed)
  held.release()
  expect(reportsIn(entries)).toEqual([expect.stringMatching(/^done[\s\S]*\n\nNot verified: /)])
  expect((await workerOf(session)).legs).toMatchObject([{ verification: { outcome: 'lost' } }])
  await expect.poll(() => verifierSandboxes(session), PATIENT).toEqual([])
})

test('a stop during a verification ends the verifier, and nothing is reported', async () => {
  const session = 'stopped'
  const held = holdAnswer(race.baton.model, CLAIMS)
  await race.baton.send(session, WORK)
  await held.asked
  expect((await race.stop(session)).status).toBe(200)
  held.release()
  await expect.poll(() => verifierSandboxes(session), PATIENT).toEqual([])
  expect((await workerOf(session)).status).toBe('ended')
  expect(reportsIn(await race.baton.history(session))).toEqual([])
})

test('the sweep ends a verifier that its leg does not need any more', async () => {
  const session = 'orphan'
  // Otherwise the conductor ends the worker, and with it the verifier.
  race.baton.model?.faults.push({ about: 'Independent verification', answer: 'hang' })
  const ends = { session, step: 'CollectResult', operation: 'UpdateItem', about: '"ended"' }
  const held = race.hold(ends)
  await race.baton.send(session, WORK)
  await held.arrived
  await race.abortLeg(session, 'w1', 1)
  held.crash()
  await race.baton.until(session, (all) => reportsIn(all).length > 0)
  expect(verifierSandboxes(session)).toHaveLength(1)
  const ages = { staleRunSeconds: 120, newSandboxSeconds: -1, idleWorkerSeconds: 3600 }
  await race.baton.aws.invoke('Baton/Recovery/Recovery', { task: 'Sweep', ...ages })
  expect(verifierSandboxes(session)).toEqual([])
  await race.baton.request(`/api/sessions/${session}`, { method: 'DELETE' })
})
