/** Places where a machine has secrets: a test puts a canary there and checks that nothing finds it. */
import { accessSync, constants } from 'node:fs'
import { homedir, tmpdir } from 'node:os'

/** Returns the writable ones among these folders, the home and the temporary one: a home may be read-only. */
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

/** Quotes a word for a shell. */
export const shellWord = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`
