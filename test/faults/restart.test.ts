import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, expect, inject, test } from 'vitest'
import type { Entry } from '../../src/core/history.ts'
import { block, commandsOf, endingsOf, replies, roles } from '../support/baton.ts'
import { descendantsOf, type Process, stillThere } from '../support/descendants.ts'
import { sampleOf } from '../support/sample.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'

/** The port stays the same over restarts. */
let port = 0
const stateDir = mkdtempSync(path.join(tmpdir(), 'baton-restart-'))
let server: ServerProcess | undefined
afterAll(async () => {
  await server?.kill(true)
  rmSync(stateDir, { recursive: true, force: true })
})

const start = () => startServer(stateDir, port, { pauseSeed: inject('seed'), keepSandboxes: true })

/** Spread over a run of about eight seconds. One kill hits the whole process group, the others only the server. */
const WHOLE_MS = [50, 1100, 2600, 4200, 6500]
const ALONE_MS = [400, 1900, 3300, 5200, 8000]

test.each([
  ...sampleOf(WHOLE_MS, 1).map((moment) => [moment, true] as const),
  ...sampleOf(ALONE_MS, 1).map((moment) => [moment, false] as const),
])('killed %i ms into a run with two workers (whole group: %s), everything is answered after the restart', async (moment, whole) => {
  server ??= await start()
  port = server.port
  const session = `killed-${moment}`
  await server.send(session, `${block('sleep 1; echo one')}\n${block('sleep 2; echo two')}`)
  await wait(moment)
  const processes = descendantsOf(server.pid)
  // A killed daemon ends nothing; without a namespace around it, the processes of its sandbox live on.
  const endByThemselves = !whole || server.isolation === 'bwrap'
  await server.kill(whole)
  server = undefined
  if (endByThemselves) await ended(processes)
  server = await start()
  await ended(processes)
  const entries = await server.until(session, isAnswered)
  expectNothingTwice(entries)
})

test('a conversation goes on in its sandbox after a restart, and nobody is told of one', async () => {
  server ??= await start()
  port = server.port
  await server.send('goes-on', 'hello')
  await server.until('goes-on', (all) => replies(all).length === 1)
  await server.settled('goes-on')
  await server.kill(true)
  server = await start()
  await server.send('goes-on', 'hello again')
  const entries = await server.until('goes-on', (all) => replies(all).length === 2)
  expect(roles(entries)).toEqual(['user', 'conductor', 'user', 'conductor'])
})

/** Both workers ended with their results reported, or the person was notified of a failure. */
const isAnswered = (entries: readonly Entry[]) =>
  (endingsOf(entries).filter(({ status }) => status === 'done').length === 2 &&
    /one|failed|lost/.test(replies(entries).join())) ||
  entries.some(({ role, text }) => role === 'system' && text.includes('could not be answered'))

function expectNothingTwice(entries: readonly Entry[]): void {
  expect(entries.filter(({ role }) => role === 'user')).toHaveLength(1)
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, i) => i + 1))
  expect(commandsOf(entries, 'SPAWN_WORKER').map(({ workerId }) => workerId)).toEqual(['w1', 'w2'])
  const ids = entries.flatMap(({ messageId }) => messageId ?? [])
  expect(new Set(ids).size).toBe(ids.length)
}

/** The kernel takes a moment to end a namespace. */
async function ended(known: readonly Process[]): Promise<void> {
  for (let i = 0; i < 100 && stillThere(known).length > 0; i++) await wait(100)
  expect(stillThere(known)).toEqual([])
}
