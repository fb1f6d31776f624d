/** The server's own folders: one server at a time, and nothing of an earlier one left running or lying about. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import * as z from 'zod/mini'
import { endProcesses, readStat, ticksSinceBoot } from './marked-processes.ts'
import { removeTree } from './remove-tree.ts'

const owner = z.object({
  bootId: z.string(),
  pid: z.number(),
  startTicks: z.number(),
  socketDir: z.string(),
})
type Owner = z.infer<typeof owner>

const birth = z.object({ bootId: z.string(), bornTicks: z.number() })

export interface StateDir {
  readonly path: string
  /** A short path, because a unix socket's name must stay under 108 bytes. */
  readonly socketDir: string
  /** Makes the folder of a sandbox and remembers since when it may have processes. */
  add(sandboxId: string): SandboxFolder
  close(): Promise<void>
}

export interface SandboxFolder {
  readonly path: string
  readonly socketDir: string
  readonly bornTicks: number
}

/**
 * Takes the folder for this server and ends what an earlier one left running in it.
 *
 * @throws Error when a live server holds it
 */
export async function openStateDir(given: string): Promise<StateDir> {
  const path = resolve(given)
  const sandboxes = join(path, 'sandboxes')
  mkdirSync(sandboxes, { recursive: true, mode: 0o700 })
  const earlier = readRecord(owner, join(path, 'server.json'))
  if (earlier && isAlive(earlier))
    throw new Error(
      `${path} is in use by the local E2B server with pid ${earlier.pid}: stop it first`,
    )
  if (earlier) await removeTree(earlier.socketDir)
  await Promise.all((await readdir(sandboxes)).map((id) => removeLeftover(join(sandboxes, id), id)))
  const socketDir = mkdtempSync(join(tmpdir(), 'local-e2b-'))
  const startTicks = readStat(process.pid)?.startTicks ?? 0
  writeRecord(join(path, 'server.json'), {
    bootId: bootId(),
    pid: process.pid,
    startTicks,
    socketDir,
  })
  return {
    path,
    socketDir,
    add: (id) => addSandbox(join(sandboxes, id), join(socketDir, id)),
    close: async () => {
      rmSync(join(path, 'server.json'), { force: true })
      await removeTree(socketDir)
    },
  }
}

function addSandbox(path: string, socketDir: string): SandboxFolder {
  mkdirSync(path, { mode: 0o700 })
  mkdirSync(socketDir, { mode: 0o700 })
  // One tick earlier: the present tick is not over.
  const bornTicks = ticksSinceBoot() - 1
  writeRecord(join(path, 'birth.json'), { bootId: bootId(), bornTicks })
  return { path, socketDir, bornTicks }
}

async function removeLeftover(folder: string, id: string): Promise<void> {
  const born = readRecord(birth, join(folder, 'birth.json'))
  // Nothing of a sandbox survives a boot of the machine, and its ticks mean nothing after one.
  if (born?.bootId === bootId()) await endProcesses({ id, bornTicks: born.bornTicks })
  await removeTree(folder)
}

const isAlive = ({ bootId: boot, pid, startTicks }: Owner): boolean =>
  boot === bootId() && readStat(pid)?.startTicks === startTicks

/** Names this boot of the machine: random(4). */
const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()

/** A record that is missing, or was cut short by a crash, is none. */
function readRecord<T extends z.ZodMiniType>(schema: T, file: string): z.output<T> | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}

const writeRecord = (file: string, record: object): void =>
  writeFileSync(file, JSON.stringify(record))
