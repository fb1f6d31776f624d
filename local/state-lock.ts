/**
 * Allows one Baton at a time in a state folder. The kernel releases the lock when the process ends, even by a
 * crash.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'

export interface StateLock {
  /** Records the URL, for the error message of another start. */
  answersAt(url: string): void
  release(): void
}

const owner = z.object({ pid: z.number(), url: z.string().optional() })

/**
 * Locks the folder, creating it if needed. If it is in use, throws an error that names the process and says what
 * to do.
 */
export function lockState(stateDir: string): StateLock {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 })
  const note = path.join(stateDir, 'owner.json')
  const database = openIn(stateDir)
  try {
    // A transaction that never writes: if two processes request it at once, exactly one gets it.
    database.exec('BEGIN IMMEDIATE')
  } catch (error) {
    database.close()
    if (isLocked(error)) throw new Error(heldBy(note, stateDir), { cause: error })
    throw error
  }
  const writeOwner = (url?: string) =>
    writeFileSync(note, JSON.stringify({ pid: process.pid, url }))
  writeOwner()
  return {
    answersAt: writeOwner,
    release: () => {
      rmSync(note, { force: true })
      database.close()
    },
  }
}

function openIn(stateDir: string): DatabaseSync {
  try {
    return new DatabaseSync(path.join(stateDir, 'lock.db'))
  } catch (cause) {
    throw new Error(`${stateDir} cannot be written: does it belong to another user?`, { cause })
  }
}

const SQLITE_BUSY = 5

const isLocked = (error: unknown) =>
  error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY

function heldBy(note: string, stateDir: string): string {
  const { pid, url } = readOwner(note)
  const who = pid === undefined ? 'another process' : `process ${pid}`
  return [
    `Baton is already running from this folder: ${who}, ${url ? `at ${url}` : 'still starting'} (its state is in ${stateDir}).`,
    `Use that one, stop it with Ctrl+C${pid === undefined ? '' : ` or \`kill ${pid}\``}, or run \`npm start -- --once "<message>"\` beside it.`,
  ].join('\n')
}

/** Returns an empty record if the lock's owner has not written it yet. */
function readOwner(note: string): Partial<z.infer<typeof owner>> {
  try {
    return owner.parse(JSON.parse(readFileSync(note, 'utf8')))
  } catch {
    return {}
  }
}
