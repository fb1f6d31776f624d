/** Where a machine has secrets: a test puts a canary there and sees that nobody finds it. */
import { accessSync, constants } from 'node:fs'
import { homedir, tmpdir } from 'node:os'

/** The folders among these, the home and the temporary one, to which this user can write: a home may be read-only. */
export const writablePlaces = (...more: readonly string[]): string[] =>
  [homedir(), tmpdir(), ...more].filter(isWritable)

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** A word for a shell, whatever is in it. */
export const shellWord = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`
