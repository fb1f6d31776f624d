/** A busy machine: a large environment, many processes, and no idle core. */
import { type ChildProcess, spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import type { Environment, User } from './machine.ts'

const VARIABLES = 500
const PROCESSES = 300

/** As large as in CI: half a megabyte. */
export const LARGE: Environment = Object.fromEntries(
  Array.from({ length: VARIABLES }, (_, i) => [
    `CI_VARIABLE_${i}`,
    `${i} `.padEnd(1_000, 'value '),
  ]),
)

/** Runs `act` next to several hundred processes of the user with the large environment. */
export const amongMany = <T>(user: User, act: () => Promise<T>): Promise<T> =>
  beside(
    Array.from({ length: PROCESSES }, () => ['sleep', '3600']),
    user,
    LARGE,
    act,
  )

/** Runs `act` while every core has two more things to do. */
export const whileBusy = <T>(user: User, act: () => Promise<T>): Promise<T> =>
  beside(
    Array.from({ length: 2 * availableParallelism() }, () => ['sh', '-c', 'while :; do :; done']),
    user,
    {},
    act,
  )

async function beside<T>(
  commands: readonly string[][],
  { uid, gid }: User,
  more: Environment,
  act: () => Promise<T>,
): Promise<T> {
  const neighbours: ChildProcess[] = commands.map(([command = '', ...words]) =>
    spawn(command, words, {
      cwd: '/',
      env: { PATH: process.env.PATH, ...more },
      stdio: 'ignore',
      ...(uid !== undefined && { uid, gid }),
    }),
  )
  const end = () => {
    for (const neighbour of neighbours) neighbour.kill('SIGKILL')
  }
  process.once('exit', end)
  try {
    return await act()
  } finally {
    process.off('exit', end)
    end()
  }
}
