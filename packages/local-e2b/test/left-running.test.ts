/** No process of a sandbox is left running: not after a kill, a crash, or a kill of the server. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Sandbox } from 'e2b'
import { expect, onTestFinished, test } from 'vitest'
import type { IsolationKind } from '../src/options.ts'
import { processesMarked, processesWith, uniqueSleep } from './support/host-processes.ts'
import { clientOf, describeEachIsolation, serverForTest } from './support/local-e2b.ts'
import { waitUntil } from './support/wait-until.ts'

/** Starts processes of every kind: a child, one in its own session, one without environment. */
async function leaveProcesses({ commands }: Sandbox): Promise<string> {
  const seconds = uniqueSleep()
  const kinds = [
    `sleep ${seconds} &`,
    `setsid nohup sleep ${seconds} >/dev/null 2>&1 </dev/null &`,
    `env -i /bin/sleep ${seconds} &`,
    `exec sleep ${seconds}`,
  ]
  const handle = await commands.run(kinds.join('\n'), { background: true, timeoutMs: 0 })
  await handle.disconnect()
  await waitUntil('all four run', () => processesWith(`sleep ${seconds}`).length >= 4)
  return `sleep ${seconds}`
}

const noneLeft = (command: string) =>
  waitUntil(`no '${command}' is left`, () => processesWith(command).length === 0)

async function serverProcess(stateDir: string, isolation: IsolationKind) {
  const script = join(import.meta.dirname, 'support/server-process.ts')
  const child = spawn(process.execPath, [script, stateDir, isolation], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // What a killed server cannot remove goes with the test's folder.
    env: { ...process.env, TMPDIR: dirname(stateDir) },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [url] = await once(createInterface({ input: child.stdout }), 'line')
  return { child, client: clientOf({ url: String(url) }) }
}

function stateDirForTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'e2b-killed-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return join(folder, 'state')
}

async function killWithoutWarning(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

describeEachIsolation('leftover processes', ({ isolation, client, server }) => {
  test('kill ends every process and removes the files', async () => {
    const { client, stateDir } = await serverForTest({ isolation })
    const sandbox = await client.Sandbox.create()
    const command = await leaveProcesses(sandbox)
    await sandbox.kill()
    expect(processesWith(command)).toEqual([])
    expect(readdirSync(join(stateDir, 'sandboxes'))).toEqual([])
  })

  test('kill also ends the processes of a paused sandbox', async () => {
    const sandbox = await client().Sandbox.create()
    const command = await leaveProcesses(sandbox)
    await sandbox.pause()
    expect(processesWith(command).length).toBeGreaterThanOrEqual(4)
    await sandbox.kill()
    expect(processesWith(command)).toEqual([])
  })

  test('a kill during creation, pause or resume leaves nothing', async () => {
    const sandbox = await client().Sandbox.create()
    const command = await leaveProcesses(sandbox)
    await Promise.allSettled([
      sandbox.pause(),
      client().Sandbox.connect(sandbox.sandboxId),
      sandbox.kill(),
    ])
    await noneLeft(command)
    await waitUntil('it is forgotten', () =>
      server()
        .sandboxes()
        .every(({ id }) => id !== sandbox.sandboxId),
    )
  })

  test('one sandbox ends and the other keeps running', async () => {
    const [one, other] = [await client().Sandbox.create(), await client().Sandbox.create()]
    const [ended, kept] = [await leaveProcesses(one), await leaveProcesses(other)]
    await one.kill()
    expect(processesWith(ended)).toEqual([])
    expect(processesWith(kept).length).toBeGreaterThanOrEqual(4)
    await other.kill()
  })

  test('close ends all sandboxes, including those being created', async () => {
    const { client, server, stateDir } = await serverForTest({ isolation })
    const command = await leaveProcesses(await client.Sandbox.create())
    const late = Promise.allSettled([client.Sandbox.create(), client.Sandbox.create()])
    await waitUntil('they are under way', () => server.counters().created > 1)
    await server.close()
    await late
    expect(processesWith(command)).toEqual([])
    expect(processesWith(stateDir)).toEqual([])
    const { created, ended } = server.counters()
    expect(ended).toBe(created)
  })

  test('when the server is killed, all its sandboxes end by themselves', async () => {
    const { child, client } = await serverProcess(stateDirForTest(), isolation)
    const command = await leaveProcesses(await client.Sandbox.create())
    await killWithoutWarning(child)
    await noneLeft(command)
  })

  test('when the server is killed, its paused sandboxes end too', async () => {
    const { child, client } = await serverProcess(stateDirForTest(), isolation)
    const sandbox = await client.Sandbox.create()
    const command = await leaveProcesses(sandbox)
    await sandbox.pause()
    await killWithoutWarning(child)
    await noneLeft(command)
  })

  test('the next start ends leftovers, forgets their ids and removes their files', async () => {
    const stateDir = stateDirForTest()
    const { child, client } = await serverProcess(stateDir, isolation)
    const sandbox = await client.Sandbox.create()
    const command = await leaveProcesses(sandbox)
    // A stopped daemon cannot notice that its server is gone.
    for (const pid of processesMarked('E2B_SANDBOX_ID', sandbox.sandboxId))
      process.kill(pid, 'SIGSTOP')
    await killWithoutWarning(child)
    const next = await serverForTest({ isolation, stateDir })
    expect(processesWith(command)).toEqual([])
    expect(existsSync(join(stateDir, 'sandboxes', sandbox.sandboxId))).toBe(false)
    expect(await next.client.Sandbox.kill(sandbox.sandboxId)).toBe(false)
  })
})
