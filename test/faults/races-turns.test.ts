import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Race, startRace, TO_SESSION } from '../support/race.ts'

let race: Race
beforeAll(async () => {
  race = await startRace()
})
afterAll(() => race.baton.close())

const RESULT = { step: 'SandboxCallback', operation: 'UpdateItem', about: TO_SESSION }
const CLAIM = { step: 'AskConductor', operation: 'dynamodb UpdateItem', about: TO_SESSION }
const LAUNCH = { step: 'AskConductor', operation: 'POST /process.Process/Start' }
const NOT_ANSWERED = 'could not be answered'

const asked = (session: string) =>
  race.baton.model?.requests.filter(({ request }) =>
    JSON.stringify(request.messages).includes(session),
  ).length

/** Returns the response to a runner that asks for its job with the token of this launch. */
async function fetchWithTokenIn(launch: Buffer): Promise<number> {
  const [, token] = /"BATON_JOB_TOKEN":"([^"]+)"/.exec(launch.toString()) ?? []
  const headers = { authorization: `Bearer ${token}` }
  const init = { method: 'POST', body: '{}', headers }
  return (await race.baton.request('/api/webhooks/sandbox/job', init)).status
}

test('a run that was replaced between its check and its claim asks nothing of the conductor', async () => {
  const session = 'check-then-claim'
  const first = race.hold({ session, ...RESULT })
  await race.baton.send(session, session)
  await first.arrived
  const claiming = race.hold({ session, ...CLAIM })
  const ids = { sessionId: session, run: 1 }
  const late = race.invoke('AskConductor', { ...ids, taskToken: 'late', retry: 0 })
  await claiming.arrived
  const second = race.hold({ session, ...RESULT })
  await race.abort(session, 1)
  await second.arrived
  claiming.release()
  expect(await late).toBe('StateChanged')
  second.release()
  first.release()
  await race.ended(session, [session], 1)
  expect(await race.item(session)).toMatchObject({ lastJob: 2, run: { id: 2 } })
})

test('a result is dropped if a newer job is the current one', async () => {
  const session = 'late-result'
  const first = race.hold({ session, ...RESULT })
  await race.baton.send(session, session)
  await first.arrived
  await race.abort(session, 1)
  const second = race.hold({ session, ...RESULT })
  await second.arrived
  first.release()
  const read = await race.invoke('ContinueRun', { sessionId: session, run: 2 })
  expect(read).toMatchObject({ do: 'ask', turn: 1 })
  expect((await race.item(session)).turn).toMatchObject({ phase: 'ask', job: 2 })
  second.release()
  const entries = await race.ended(session, [session], 1)
  expect((await race.item(session)).conductor.transcript).toBe('j2')
  expect(entries.filter(({ role }) => role === 'conductor')).toHaveLength(1)
})

test('a result completes the turn, even if its callback crashed before it used the task token', async () => {
  const session = 'result-then-crash'
  const answering = race.hold({ session, step: 'SandboxCallback', operation: 'SendTaskSuccess' })
  await race.baton.send(session, session)
  await answering.arrived
  expect((await race.item(session)).turn).toMatchObject({ result: 'j1' })
  answering.crash()
  await race.ended(session, [session], 1)
  // Not because of a missed heartbeat.
  expect(await race.events(session, 1)).not.toContain('TaskTimedOut')
  expect(await race.item(session)).toMatchObject({ lastJob: 1, run: { id: 1 } })
})

test('a result that is stored when its run is replaced is read, and the conductor is not asked again', async () => {
  const session = 'result-then-recovery'
  const answering = race.hold({ session, step: 'SandboxCallback', operation: 'SendTaskSuccess' })
  await race.baton.send(session, session)
  await answering.arrived
  await race.abort(session, 1)
  await race.ended(session, [session], 1)
  answering.release()
  expect(await race.item(session)).toMatchObject({ lastJob: 1, run: { id: 2 } })
})

test('if two executions take over the same run, the later one is superseded', async () => {
  const session = 'taken-over-twice'
  const first = race.hold({ session, ...RESULT })
  await race.baton.send(session, session)
  await first.arrived
  const takeOver = { step: 'RecoverRun', operation: 'UpdateItem', about: '"tries":{"N":"1"}' }
  const [one, two] = [race.hold({ session, ...takeOver }), race.hold({ session, ...takeOver })]
  await race.abort(session, 1)
  await one.arrived
  const late = race.invoke('RecoverRun', { detail: { name: `${session}.r1`, status: 'FAILED' } })
  await two.arrived
  one.release()
  first.release()
  await race.ended(session, [session], 1)
  two.release()
  await late
  expect((await race.item(session)).run).toMatchObject({ id: 2, open: false })
})

test('a late launch of an older job starts no CLI and does not affect the newer one', async () => {
  const session = 'late-launch'
  const first = race.hold({ session, ...LAUNCH })
  await race.baton.send(session, session)
  const { body } = await first.arrived
  await race.abort(session, 1)
  const second = race.hold({ session, ...RESULT })
  await second.arrived
  expect(await fetchWithTokenIn(body)).toBe(409)
  first.release()
  second.release()
  await race.ended(session, [session], 1)
  expect(asked(session)).toBe(1)
  expect((await race.item(session)).conductor.transcript).toBe('j2')
})

/** Fails every launch of the next three runs. */
async function endThreeRuns(session: string): Promise<void> {
  const launches = [1, 2, 3].map(() => race.hold({ session, ...LAUNCH }))
  await race.baton.send(session, 'hello')
  for (const [i, launch] of launches.entries()) {
    await launch.arrived
    await race.abort(session, i + 1)
    launch.crash()
  }
}

const givenUp = (session: string) =>
  race.baton.until(session, (all) => all.some(({ text }) => text.includes(NOT_ANSWERED)))

test('a turn that can never be asked is given up after three runs, and its sender is notified', async () => {
  await endThreeRuns('never-asked')
  const entries = await givenUp('never-asked')
  expect(entries.filter(({ text }) => text.includes(NOT_ANSWERED))).toHaveLength(1)
  expect((await race.item('never-asked')).lastJob).toBe(3)
})

test('if a run ends between giving a turn up and notifying the sender, the next run notifies them', async () => {
  const session = 'park-then-crash'
  const notify = { step: 'ContinueRun', operation: 'UpdateItem', about: NOT_ANSWERED }
  const telling = race.hold({ session, ...notify })
  await endThreeRuns(session)
  await telling.arrived
  const { abandoned, run } = await race.item(session)
  expect(abandoned).toHaveLength(1)
  await race.abort(session, run.id)
  telling.crash()
  await givenUp(session)
  expect((await race.item(session)).abandoned).toEqual([])
})
