/** The processes of this machine, seen from outside any sandbox. */
import { readdirSync, readFileSync } from 'node:fs'

/** Returns the pids of the processes whose command line contains `text`; a zombie has none. */
export const processesWith = (text: string): number[] =>
  pids().filter((pid) => readOrEmpty(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').includes(text))

const pids = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid)

/** A process may end while it is being read. */
function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** Returns a number of seconds that no other process on this machine sleeps. */
export const uniqueSleep = (): string => `3${Math.floor(Math.random() * 1e9)}.5`

/** Returns the pids of the processes that have `variable=value` in their environment. */
export function processesMarked(variable: string, value: string): number[] {
  return pids().filter((pid) =>
    readOrEmpty(`/proc/${pid}/environ`).split('\0').includes(`${variable}=${value}`),
  )
}
