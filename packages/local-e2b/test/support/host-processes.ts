/** What runs on this machine, looked at from outside any sandbox. */
import { readdirSync, readFileSync } from 'node:fs'

/** Pids of the processes whose command line has `text` in it; a zombie has none. */
export const processesWith = (text: string): number[] =>
  pids().filter((pid) => readOrEmpty(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').includes(text))

const pids = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid)

/** A process may end while it is looked at. */
function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** A number of seconds to `sleep` that no other process on this machine sleeps. */
export const uniqueSleep = (): string => `3${Math.floor(Math.random() * 1e9)}.5`

/** Pids of the processes that carry `variable=value` in their environment. */
export function processesMarked(variable: string, value: string): number[] {
  return pids().filter((pid) =>
    readOrEmpty(`/proc/${pid}/environ`).split('\0').includes(`${variable}=${value}`),
  )
}
