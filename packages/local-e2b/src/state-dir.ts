/** The server's own folders. Only one server uses them at a time, and it cleans up after earlier ones, or goes on. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import * as z from 'zod/mini'
import { type CreateRequest, createRequest } from './create-request.ts'
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

const creation = z.object({ request: createRequest, at: z.number() })

export interface StateDir {
  readonly path: string
  /** A short path, because the path of a unix socket is limited to 107 bytes. */
  readonly socketDir: string
  /** The sandboxes of earlier servers, if they are kept. Oldest first; none of their processes is left. */
  readonly kept: readonly KeptSandbox[]
  /** Creates the folder of a sandbox and records its time of birth, before which it has no processes. */
  add(sandboxId: string, request: CreateRequest): SandboxFolder
  close(): Promise<void>
}

export interface KeptSandbox {
  readonly id: string
  readonly request: CreateRequest
  readonly folder: SandboxFolder
}

export interface SandboxFolder {
  readonly path: string
  readonly socketDir: string
  readonly bornTicks: number
}

/**
 * Locks the folder for this server and ends what an earlier one left running in it. With `keep`, the files of its
 * sandboxes stay.
 *
 * @throws Error if a running server uses it
 */
export async function openStateDir(given: string, { keep = false } = {}): Promise<StateDir> {
  const path = resolve(given)
  const sandboxes = join(path, 'sandboxes')
  mkdirSync(sandboxes, { recursive: true, mode: 0o700 })
  const earlier = readRecord(owner, join(path, 'server.json'))
  if (earlier && isAlive(earlier))
    throw new Error(
      `${path} is in use by the local E2B server with pid ${earlier.pid}: stop it first`,
    )
  if (earlier) await removeTree(earlier.socketDir)
  const left = await readdir(sandboxes)
  await Promise.all(left.map((id) => endLeftover(join(sandboxes, id), id)))
  if (!keep) await Promise.all(left.map((id) => removeTree(join(sandboxes, id))))
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
    kept: keep ? await keepSandboxes(sandboxes, left, socketDir) : [],
    add: (id, request) => {
      const folder = join(sandboxes, id)
      mkdirSync(folder, { mode: 0o700 })
      writeRecord(join(folder, CREATION), { request, at: Date.now() })
      return beginLife(folder, join(socketDir, id))
    },
    close: async () => {
      rmSync(join(path, 'server.json'), { force: true })
      await removeTree(socketDir)
    },
  }
}

const CREATION = 'creation.json'

/** Removes what cannot be kept, such as a sandbox whose creation was cut off. */
async function keepSandboxes(
  sandboxes: string,
  ids: readonly string[],
  socketDir: string,
): Promise<readonly KeptSandbox[]> {
  const known = ids.map((id) => ({ id, ...readRecord(creation, join(sandboxes, id, CREATION)) }))
  const kept: (KeptSandbox & { at: number })[] = []
  for (const { id, request, at } of known)
    if (request === undefined || at === undefined) await removeTree(join(sandboxes, id))
    else kept.push({ id, request, at, folder: beginLife(join(sandboxes, id), join(socketDir, id)) })
  return kept.toSorted((a, b) => a.at - b.at)
}

/** Records that the sandbox has no process yet. */
function beginLife(path: string, socketDir: string): SandboxFolder {
  mkdirSync(socketDir, { mode: 0o700 })
  // One tick earlier, because the current tick is not over.
  const bornTicks = ticksSinceBoot() - 1
  writeRecord(join(path, 'birth.json'), { bootId: bootId(), bornTicks })
  return { path, socketDir, bornTicks }
}

async function endLeftover(folder: string, id: string): Promise<void> {
  const born = readRecord(birth, join(folder, 'birth.json'))
  // No process survives a reboot of the machine, and its ticks mean nothing after one.
  if (born?.bootId === bootId()) await endProcesses({ id, bornTicks: born.bornTicks })
}

/** A killed server that its parent has not reaped yet (`Z`) uses nothing any more. */
function isAlive({ bootId: boot, pid, startTicks }: Owner): boolean {
  const stat = readStat(pid)
  const isGone = stat === undefined || ['Z', 'X'].includes(stat.state)
  return !isGone && boot === bootId() && stat.startTicks === startTicks
}

/** Identifies this boot of the machine: random(4). */
const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()

/** Returns undefined for a record that is missing or was truncated by a crash. */
function readRecord<T extends z.core.$ZodType>(schema: T, file: string): z.output<T> | undefined {
  try {
    return z.parse(schema, JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}

const writeRecord = (file: string, record: object): void =>
  writeFileSync(file, JSON.stringify(record))
