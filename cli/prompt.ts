/** Questions to the person at the terminal. */
import { isCancel, password } from '@clack/prompts'
import { CliError } from './errors.ts'

const INTERRUPTED = 130

/** Returns what was answered. Throws a CliError if the person has pressed Ctrl-C. */
export function answered<Value>(value: Value): Exclude<Value, symbol> {
  if (!isCancel(value)) return value as Exclude<Value, symbol>
  throw new CliError('Cancelled; nothing was changed.', { exitStatus: INTERRUPTED })
}

/** Asks for a secret, which is not shown. */
export const askSecret = async (message: string): Promise<string> =>
  answered(await password({ message, output: process.stderr }))
