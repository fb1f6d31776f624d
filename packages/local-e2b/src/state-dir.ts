/** The server's own folders. Only one server uses them at a time, and it cleans up after earlier ones. */
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
  /** A short path, because the path of a unix socket is limited to 107 bytes. */
  readonly socketDir: string
  /** Creates the folder of a sandbox and records its time of birth, before which it has no processes. */
  add(sandboxId: string): SandboxFolder
  close(): Promise<void>
}

export interface SandboxFolder {
  readonly path: string
  readonly socketDir: string
  readonly bornTicks: number
}

/**
 * Locks the folder for this server and ends what an earlier one left running in it.
 *
 * @throws Error if a running server uses it
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
  // One tick earlier, because the current tick is not over.
  const bornTicks = ticksSinceBoot() - 1
  writeRecord(join(path, 'birth.json'), { bootId: bootId(), bornTicks })
  return { path, socketDir, bornTicks }
}

async function removeLeftover(folder: string, id: string): Promise<void> {
  const born = readRecord(birth, join(folder, 'birth.json'))
  // No process survives a reboot of the machine, and its ticks mean nothing after one.
  if (born?.bootId === bootId()) await endProcesses({ id, bornTicks: born.bornTicks })
  await removeTree(folder)
}

const isAlive = ({ bootId: boot, pid, startTicks }: Owner): boolean =>
  boot === bootId() && readStat(pid)?.startTicks === startTicks

/** Identifies this boot of the machine: random(4). */
const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()

/** Returns undefined for a record that is missing or was truncated by a crash. */
function readRecord<T extends z.ZodMiniType>(schema: T, file: string): z.output<T> | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}

const writeRecord = (file: string, record: object): void =>
  writeFileSync(file, JSON.stringify(record))
