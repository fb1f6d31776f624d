import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Conductor, conduct } from '../../local/model/conductor.ts'
import { block, commandsOf, endingsOf } from '../support/baton.ts'
import { type Race, startRace, TO_SESSION, TO_WORKERS } from '../support/race.ts'

let race: Race
beforeAll(async () => {
  race = await startRace()
  if (race.baton.model) race.baton.model.conductor = endsAllIfAsked
})
afterAll(() => race.baton.close())

/** Ends all workers if a person says so. */
const endsAllIfAsked: Conductor = (conversation, tool) =>
  conversation.prompt.some(({ content }) => content === 'end all')
    ? [
        {
          type: 'tool_use',
          name: tool,
          input: { reply: 'Ended.', commands: [{ type: 'KILL_WORKER', workerId: 'all' }] },
        },
      ]
    : conduct(conversation, tool)

const TOKEN_OF_THE_LATE = 'a token that nobody waits for'

/** An AwaitMessage that was entered long ago. */
const LATE = {
  taskToken: TOKEN_OF_THE_LATE,
  entered: '2026-01-01T00:00:00.000Z',
  retry: 0,
  redrives: 0,
}

/** A session with a slow worker, and a run that awaits its report. */
async function waiting(session: string): Promise<string> {
  await race.baton.send(session, block('sleep 600'))
  const { run } = await race.itemWhen(session, ({ run }) => run.token !== undefined)
  return run.token?.value ?? ''
}

/** The run is awake: messages are answered. */
async function isWoken(session: string): Promise<void> {
  await race.baton.send(session, 'are you there?')
  await race.baton.until(
    session,
    (all) => all.filter(({ role }) => role === 'conductor').length === 2,
  )
}

test('a late AwaitMessage does not replace the token of a later one', async () => {
  const token = await waiting('late-token')
  const late = { sessionId: 'late-token', run: 1, ...LATE }
  expect(await race.invoke('AwaitMessage', late)).toBeNull()
  expect((await race.item('late-token')).run.token?.value).toBe(token)
  await isWoken('late-token')
})

test('an AwaitMessage that comes after a late one replaces its token', async () => {
  const awaiting = race.hold({
    session: 'old-token',
    step: 'AwaitMessage',
    operation: 'UpdateItem',
  })
  await race.baton.send('old-token', block('sleep 600'))
  await awaiting.arrived
  const late = { sessionId: 'old-token', run: 1, ...LATE }
  expect(await race.invoke('AwaitMessage', late)).toBeNull()
  expect((await race.item('old-token')).run.token?.value).toBe(TOKEN_OF_THE_LATE)
  awaiting.release()
  await race.itemWhen('old-token', ({ run }) => run.token?.value !== TOKEN_OF_THE_LATE)
  await isWoken('old-token')
})

test('a late ContinueRun keeps the token of a waiting run', async () => {
  const token = await waiting('late-take')
  const late = { sessionId: 'late-take', run: 1 }
  expect(await race.invoke('ContinueRun', late)).toMatchObject({ do: 'await' })
  expect((await race.item('late-take')).run.token?.value).toBe(token)
  await isWoken('late-take')
})

test('a run does not start waiting if a message has just arrived', async () => {
  const session = 'append-first'
  const awaiting = race.hold({ session, step: 'AwaitMessage', operation: 'UpdateItem' })
  await race.baton.send(session, block('sleep 600'))
  await awaiting.arrived
  await race.baton.send(session, 'are you there?')
  await race.itemWhen(session, ({ inbox }) => inbox.length === 1)
  awaiting.release()
  await race.itemWhen(session, ({ lastTurn }) => lastTurn === 2)
})

test('a message that arrives just after a run started waiting wakes it', async () => {
  const session = 'await-first'
  const awaiting = race.hold({ session, step: 'AwaitMessage', operation: 'UpdateItem' })
  await race.baton.send(session, block('sleep 600'))
  await awaiting.arrived
  const step = { step: 'DispatchMessage', operation: 'UpdateItem', about: TO_SESSION }
  const appending = race.hold({ session, ...step })
  await race.baton.send(session, 'are you there?')
  await appending.arrived
  awaiting.release()
  await race.itemWhen(session, ({ run }) => run.token !== undefined)
  appending.release()
  await race.itemWhen(session, ({ lastTurn }) => lastTurn === 2)
})

test('a late command of a replaced run starts its worker once', async () => {
  const session = 'late-command'
  const spawning = race.hold({ session, step: 'ContinueRun', operation: 'StartExecution' })
  await race.baton.send(session, block('echo done'))
  await spawning.arrived
  await race.abort(session, 1)
  await race.baton.until(session, (all) => endingsOf(all).length === 1)
  spawning.release()
  const entries = await race.ended(session, [block('echo done')], 2)
  expect(commandsOf(entries, 'SPAWN_WORKER')).toMatchObject([{ workerId: 'w1', status: 'done' }])
  expect(entries.filter(({ role }) => role === 'worker')).toHaveLength(1)
})

test.each(['before', 'after'])('a run that ends %s its command loses none of it', async (when) => {
  const session = `command-${when}`
  const operation = when === 'before' ? 'GetItem' : 'UpdateItem'
  const held = race.hold({ session, step: 'ContinueRun', operation, about: TO_WORKERS })
  await race.baton.send(session, block('echo done'))
  await held.arrived
  await race.abort(session, 1)
  held.crash()
  const entries = await race.ended(session, [block('echo done')], 2)
  expect(commandsOf(entries, 'SPAWN_WORKER')).toMatchObject([{ workerId: 'w1', status: 'done' }])
})

test.each([
  ['its outcome', 'outcome'],
  ['the next command', '"next":{"N":"1"}'],
])('a command whose function crashes before it records %s is recorded as done', async (what, about) => {
  const session = what.replaceAll(' ', '-')
  const noting = race.hold({ session, step: 'ContinueRun', operation: 'UpdateItem', about })
  await race.baton.send(session, block('echo done'))
  await noting.arrived
  noting.crash()
  const entries = await race.ended(session, [block('echo done')], 2)
  const commands = entries.flatMap(({ commands = [] }) => commands)
  expect(commands.map(({ type, status }) => [type, status])).toEqual([
    ['SPAWN_WORKER', 'done'],
    ['REVIEW_WORKER', 'done'],
  ])
})

test('a run does not wait for workers that a command ended before it crashed', async () => {
  const session = 'ended-then-crash'
  await waiting(session)
  const recording = race.hold({
    session,
    step: 'ContinueRun',
    operation: 'UpdateItem',
    about: 'outcome',
  })
  await race.baton.send(session, 'end all')
  await recording.arrived
  recording.crash()
  const { busy } = await race.itemWhen(session, ({ run }) => !run.open)
  expect(busy).toEqual({})
  const entries = await race.baton.history(session)
  expect(commandsOf(entries, 'KILL_WORKER')).toMatchObject([
    { status: 'done', outcome: 'w1 ended' },
  ])
})
