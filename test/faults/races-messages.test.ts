import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Race, startRace, TO_HISTORY, TO_SESSION } from '../support/race.ts'

let race: Race
beforeAll(async () => {
  race = await startRace()
})
afterAll(() => race.baton.close())

const CLOSING = { step: 'ContinueRun', operation: 'UpdateItem', about: '"open":{"BOOL":false}' }
const appended = { step: 'DispatchMessage', operation: 'UpdateItem', about: TO_SESSION }

test.each([
  'before',
  'after',
])('after a crash of the dispatcher %s its append, the dead-letter consumer gets the message answered', async (when) => {
  const session = `dies-${when}`
  const message = await race.queued(session, 'hello')
  const operation =
    when === 'before' ? appended : { ...appended, operation: 'StartExecution', about: '' }
  const held = race.hold({ session, ...operation })
  const dispatched = race.deliver(message)
  await held.arrived
  held.crash()
  expect(await dispatched).toBe('Runtime.ExitError')
  await race.deliver(message, 'AppendDeadLetter')
  await race.ended(session, ['hello'], 1)
})

test.each([
  [0, 1],
  [1, 0],
])('two concurrent dispatchers of one message append it once, whichever writes first', async (...order) => {
  const session = `twice-${order[0]}`
  const message = await race.queued(session, 'hello')
  const held = order.map(() => race.hold({ session, ...appended }))
  const dispatched = order.map(() => race.deliver(message))
  await Promise.all(held.map(({ arrived }) => arrived))
  held[order[0] ?? 0]?.release()
  await race.itemWhen(session, ({ lastSeq }) => lastSeq > 0)
  held[order[1] ?? 0]?.release()
  await Promise.all(dispatched)
  await race.ended(session, ['hello'], 1)
})

test('a message that is delivered again after the item has dropped its id is known by its body', async () => {
  const session = 'dropped'
  const first = await race.queued(session, 'message 1')
  await race.deliver(first)
  const texts = Array.from({ length: 14 }, (_, i) => `message ${i + 1}`)
  for (const [i, text] of texts.entries()) {
    if (i > 0) await race.baton.send(session, text)
    await race.ended(session, texts.slice(0, i + 1), i + 1)
  }
  const { seen } = await race.item(session)
  expect(Object.values(seen)).not.toContain(1)
  expect(Object.keys(seen).length).toBeLessThan(13)
  await race.deliver(first)
  await race.ended(session, texts, texts.length)
})

test('a message that arrives before its run closes keeps it open, and is answered', async () => {
  const closing = race.hold({ session: 'close-late', ...CLOSING })
  await race.baton.send('close-late', 'one')
  await closing.arrived
  await race.baton.send('close-late', 'two')
  await race.itemWhen('close-late', ({ inbox }) => inbox.length === 1)
  closing.release()
  await race.ended('close-late', ['one', 'two'], 2)
  expect((await race.item('close-late')).run.id).toBe(1)
})

test('a message that is appended after its run has closed opens the next run', async () => {
  const closing = race.hold({ session: 'append-late', ...CLOSING })
  await race.baton.send('append-late', 'one')
  await closing.arrived
  const appending = race.hold({ session: 'append-late', ...appended })
  await race.baton.send('append-late', 'two')
  await appending.arrived
  closing.release()
  await race.itemWhen('append-late', ({ run }) => !run.open)
  appending.release()
  await race.ended('append-late', ['one', 'two'], 2)
  expect((await race.item('append-late')).run.id).toBe(2)
})

test('a message is answered with its content, and read once, if its history entry is late', async () => {
  const session = 'entry-late'
  // While a turn runs, the dispatcher writes the entry; otherwise the run's next step does.
  const noting = race.hold({
    session,
    step: 'SandboxCallback',
    operation: 'UpdateItem',
    about: TO_SESSION,
  })
  await race.baton.send(session, 'one')
  await noting.arrived
  const message = await race.queued(session, 'hello')
  const held = race.hold({
    session,
    step: 'DispatchMessage',
    operation: 'UpdateItem',
    about: TO_HISTORY,
  })
  const dispatched = race.deliver(message)
  await held.arrived
  noting.release()
  await race.ended(session, ['one', 'hello'], 2)
  held.release()
  await dispatched
  await race.ended(session, ['one', 'hello'], 2)
})

test('a message is answered with its content, and read once, if the wake is late', async () => {
  const session = 'wake-late'
  const message = await race.queued(session, 'hello')
  const held = race.hold({ session, step: 'DispatchMessage', operation: 'StartExecution' })
  const dispatched = race.deliver(message)
  await held.arrived
  await race.deliver(message)
  await race.ended(session, ['hello'], 1)
  held.release()
  await dispatched
  await race.ended(session, ['hello'], 1)
})

test('a message that was stored but never queued has no effect', async () => {
  await race.queued('unqueued', 'hello')
  expect(await race.item('unqueued')).toBeUndefined()
})
