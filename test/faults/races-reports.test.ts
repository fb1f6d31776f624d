/** A worker's report reaches the conductor before its leg is marked as reported. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Entry } from '../../src/core/history.ts'
import { block, endingsOf, replies, reviewsOf } from '../support/baton.ts'
import { type Race, startRace, TO_WORKERS } from '../support/race.ts'

let race: Race
beforeAll(async () => {
  race = await startRace()
})
afterAll(() => race.baton.close())

const mark = (session: string) =>
  race.hold({ session, step: 'CollectResult', operation: 'UpdateItem', about: TO_WORKERS })

const sentOn = (entries: readonly Entry[]) =>
  reviewsOf(entries, 'revise').some(({ status }) => status === 'done')

const isAccepted = (entries: readonly Entry[]) =>
  endingsOf(entries).some(({ status }) => status === 'done')

async function expectTwoLegs(session: string): Promise<void> {
  const entries = await race.baton.until(session, isAccepted)
  expect(reviewsOf(entries, 'revise')).toMatchObject([{ workerId: 'w1', status: 'done' }])
  expect(endingsOf(entries)).toMatchObject([{ verdict: 'accept' }])
  expect(replies(entries).at(-1)).toContain('made it')
  const response = await race.baton.request(`/api/sessions/${session}/workers/w1`)
  const { legs } = (await response.json()) as { legs: { outcome?: string }[] }
  expect(legs.map(({ outcome }) => outcome)).toEqual(['done', 'done'])
}

test.each([
  ['is late', 'release'],
  ['never comes, because its process has crashed', 'crash'],
] as const)('a worker is sent on although the mark %s', async (_, end) => {
  const session = `mark-${end}`
  const late = mark(session)
  await race.baton.send(session, `@fail-once\n${block('echo made it')}`)
  await late.arrived
  await race.baton.until(session, sentOn)
  late[end]()
  await expectTwoLegs(session)
})

test('the conductor hears that the operator ended a worker whose mark is late', async () => {
  const session = 'killed-unmarked'
  const late = mark(session)
  await race.baton.send(session, block('echo made it'))
  await late.arrived
  race.baton.model?.faults.push({ answer: 'hang' })
  await race.baton.until(session, (all) => all.some(({ role }) => role === 'worker'))
  await race.baton.request(`/api/sessions/${session}/workers/w1/kill`, { method: 'POST' })
  const entries = await race.baton.until(session, (all) =>
    all.some(({ role }) => role === 'system'),
  )
  expect(entries.at(-1)?.text).toBe('The operator ended w1.')
  late.release()
  await race.baton.request(`/api/sessions/${session}`, { method: 'DELETE' })
})
