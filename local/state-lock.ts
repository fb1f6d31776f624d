/** One Baton at a time in a state folder. The kernel holds the lock, so that it ends with its process, however that ends. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'

export interface StateLock {
  /** Notes where it answers, for whoever tries to start another. */
  answersAt(url: string): void
  release(): void
}

const owner = z.object({ pid: z.number(), url: z.string().optional() })

/** Takes the folder, which is made if it is not there. Throws an error that names who has it, and what to do. */
export function lockState(stateDir: string): StateLock {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 })
  const note = path.join(stateDir, 'owner.json')
  const database = openIn(stateDir)
  try {
    // A transaction that never writes: of two that ask for it at once, exactly one gets it.
    database.exec('BEGIN IMMEDIATE')
  } catch (error) {
    database.close()
    if (isLocked(error)) throw new Error(heldBy(note, stateDir), { cause: error })
    throw error
  }
  const tell = (url?: string) => writeFileSync(note, JSON.stringify({ pid: process.pid, url }))
  tell()
  return {
    answersAt: tell,
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
    `Baton runs from this folder already: ${who}, ${url ? `at ${url}` : 'still starting'} (its state is in ${stateDir}).`,
    `Stop it where it was started, with Ctrl+C${pid === undefined ? '' : ` or \`kill ${pid}\``}; or use it, or run \`npm start -- --once "<message>"\` beside it.`,
  ].join('\n')
}

/** Whoever has just taken the lock may not have written it yet. */
function readOwner(note: string): Partial<z.infer<typeof owner>> {
  try {
    return owner.parse(JSON.parse(readFileSync(note, 'utf8')))
  } catch {
    return {}
  }
}
