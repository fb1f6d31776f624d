/** Runs commands as a person would, each in its own process group, which can be ended as a whole. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Environment, User } from './machine.ts'

export interface Surroundings {
  readonly cwd: string
  readonly environment: Environment
  readonly user: User
}

export interface Ended {
  /** Null if it was ended by a signal. */
  readonly code: number | null
  /** Everything it printed on both outputs. */
  readonly output: string
}

export interface Running {
  readonly ended: Promise<Ended>
  /** Waits until it has printed this. Throws with its output if it ends before, or after 4 minutes. */
  says(words: RegExp): Promise<RegExpExecArray>
  /** Ends the whole group at once. */
  kill(): void
}

const PATIENCE_MS = 4 * 60_000
const groups = new Set<ChildProcess>()

/** Ends everything that is still running. */
export function endAll(): void {
  for (const child of groups) killGroup(child)
}

export function start(words: readonly string[], { cwd, environment, user }: Surroundings): Running {
  const [command = '', ...rest] = words
  const { uid, gid } = user
  const child = spawn(command, rest, {
    cwd,
    env: { ...environment },
    ...(uid !== undefined && { uid, gid }),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  groups.add(child)
  const printed = { output: '', more: () => {} }
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed.output += text
      printed.more()
    })
  const ended = endOf(child).then((code) => {
    groups.delete(child)
    return { code, output: printed.output }
  })
  return {
    ended,
    says: async (wanted) => {
      const seen = Promise.withResolvers<RegExpExecArray>()
      printed.more = () => {
        const found = wanted.exec(printed.output)
        if (found) seen.resolve(found)
      }
      printed.more()
      const fail = (why: string) => seen.reject(new Failure(`${why} ${wanted}`, printed.output))
      const timer = setTimeout(() => fail('for minutes it did not say'), PATIENCE_MS)
      ended.then(({ code }) => fail(`it ended with ${code} before it printed`))
      return seen.promise.finally(() => clearTimeout(timer))
    },
    kill: () => killGroup(child),
  }
}

/** Runs it to its end. Throws with its output if that takes longer than `minutes`. */
export async function run(
  words: readonly string[],
  surroundings: Surroundings,
  minutes = 5,
): Promise<Ended> {
  const running = start(words, surroundings)
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    running.kill()
  }, minutes * 60_000)
  const ended = await running.ended
  clearTimeout(timer)
  if (isLate) throw new Failure(`it was not over within ${minutes} minutes`, ended.output)
  return ended
}

/** A failed check, with the output. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly output: string

  constructor(message: string, output: string) {
    super(message)
    this.output = output
  }
}

/** Throws unless it exited with this status and printed all of these. */
export function expectEnd({ code, output }: Ended, wanted: number, ...words: RegExp[]): void {
  if (code !== wanted) throw new Failure(`it ended with ${code}, not with ${wanted}`, output)
  for (const each of words)
    if (!each.test(output)) throw new Failure(`it did not say ${each}`, output)
}

/** An error is an end as well: the command could not be started. */
async function endOf(child: ChildProcess): Promise<number | null> {
  const [code] = await once(child, 'close')
  return code
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
