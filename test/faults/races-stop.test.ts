import { afterAll, beforeAll, expect, test } from 'vitest'
import { block, replies, withoutReceipts } from '../support/baton.ts'
import { type Race, startRace, TO_SESSION } from '../support/race.ts'

let race: Race
beforeAll(async () => {
  race = await startRace()
})
afterAll(() => race.baton.close())

const roles = async (session: string) =>
  withoutReceipts(await race.baton.history(session)).map(({ role }) => role)

const asked = (session: string) =>
  race.baton.model?.requests.filter(({ request }) =>
    JSON.stringify(request.messages).includes(session),
  ).length

/** Nothing is in progress, and a new message is answered by itself. */
async function beginsAnew(session: string): Promise<void> {
  const { run, turn, inbox } = await race.item(session)
  expect([run.open, turn, inbox]).toEqual([false, undefined, []])
  await race.baton.send(session, 'again')
  await race.ended(session, [session, 'again'], 1)
}

test.each([
  'stop',
  'AskConductor',
])('a stop racing the start of a turn leaves nothing running, %s first', async (first) => {
  const session = `taken-${first}`
  const claiming = race.hold({
    session,
    step: 'AskConductor',
    operation: 'UpdateItem',
    about: TO_SESSION,
  })
  const stopping = race.hold({
    session,
    step: 'SessionControl',
    operation: 'UpdateItem',
    about: TO_SESSION,
  })
  await race.baton.send(session, session)
  await claiming.arrived
  const stopped = race.stop(session)
  await stopping.arrived
  if (first === 'stop') {
    stopping.release()
    await stopped
    claiming.release()
  } else {
    claiming.release()
    await race.itemWhen(session, ({ turn }) => turn !== undefined)
    stopping.release()
    await stopped
  }
  const late = { sessionId: session, run: 1 }
  expect(await race.invoke('ContinueRun', late)).toEqual({ do: 'superseded' })
  await beginsAnew(session)
})

test('a launch after the stop starts no CLI', async () => {
  const session = 'launched-late'
  const launch = { step: 'AskConductor', operation: 'POST /process.Process/Start' }
  const launching = race.hold({ session, ...launch })
  await race.baton.send(session, session)
  await launching.arrived
  expect((await race.stop(session)).status).toBe(200)
  const fetching = race.hold({ session, step: 'SandboxCallback', operation: 'GetItem' })
  fetching.arrived.catch(() => {})
  launching.release()
  fetching.release()
  await beginsAnew(session)
  expect(asked(session)).toBe(0)
})

test('a late last step of a stop does not affect the turn after it', async () => {
  const session = 'stopped-late'
  const launching = race.hold({
    session,
    step: 'AskConductor',
    operation: 'POST /process.Process/Start',
  })
  await race.baton.send(session, session)
  await launching.arrived
  const ending = race.hold({
    session,
    step: 'SessionControl',
    operation: 'POST /process.Process/Start',
  })
  const stopped = race.stop(session)
  await ending.arrived
  launching.crash()
  const fetching = race.hold({ session, step: 'SandboxCallback', operation: 'GetItem' })
  await race.baton.send(session, 'again')
  await fetching.arrived
  ending.release()
  await stopped
  fetching.release()
  await race.ended(session, [session, 'again'], 1)
  // The first turn's, the stop's own, and the new turn's, which was asked only once.
  expect((await race.item(session)).lastJob).toBe(3)
})

test.each([
  'report',
  'stop',
])('the report of a stopped leg is not answered, %s first', async (first) => {
  const session = `reported-${first}`
  const reporting = race.hold({ session, step: 'CollectResult', operation: 'sqs SendMessage' })
  await race.baton.send(session, block(`echo ${session}`))
  await reporting.arrived
  await race.itemWhen(session, ({ run }) => run.token !== undefined)
  if (first === 'report') {
    const asking = race.hold({ session, step: 'AskConductor', operation: 'GetItem' })
    reporting.release()
    await race.itemWhen(session, ({ inbox }) => inbox.length === 1)
    await asking.arrived
    await race.stop(session)
    asking.release()
  } else {
    await race.stop(session)
    reporting.release()
    await race.itemWhen(session, ({ seen }) => seen['w1.1'] !== undefined)
  }
  await race.baton.send(session, 'again')
  await race.baton.until(session, (all) => replies(all).length === 2)
  await race.itemWhen(session, ({ run }) => !run.open)
  expect((await roles(session)).filter((role) => role === 'conductor')).toHaveLength(2)
  expect(replies(await race.baton.history(session)).at(-1)).not.toContain('w1 is done')
})

test('repeating a deletion that crashed half-way ends the conductor', async () => {
  const session = 'deleted-twice'
  await race.baton.send(session, session)
  await race.ended(session, [session], 1)
  const remove = () => race.baton.request(`/api/sessions/${session}`, { method: 'DELETE' })
  const ending = race.hold({ session, step: 'SessionControl', operation: 'StopExecution' })
  const first = remove()
  await ending.arrived
  ending.crash()
  expect((await first).status).toBeGreaterThanOrEqual(500)
  expect((await remove()).status).toBe(204)
  const left = race.baton.e2b.sandboxes().filter(({ metadata }) => metadata.session === session)
  expect(left).toEqual([])
})
