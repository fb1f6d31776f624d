/** Questions to the person at the terminal. */
import { confirm, isCancel, password } from '@clack/prompts'
import { CliError } from './errors.ts'
import { EXIT } from './exit.ts'
import { isInteractive } from './print.ts'

const INTERRUPTED = 130

/** Returns what was answered. Throws a CliError if the person has pressed Ctrl-C. */
export function answered<Value>(value: Value): Exclude<Value, symbol> {
  if (!isCancel(value)) return value as Exclude<Value, symbol>
  throw new CliError('Cancelled; nothing was changed.', { exitStatus: INTERRUPTED })
}

/** Asks for a secret, which is not shown. */
export const askSecret = async (message: string): Promise<string> =>
  answered(await password({ message, output: process.stderr }))

/** Asks whether to go on. Throws a CliError if the answer is no, or if nobody can be asked. */
export async function requireYes(message: string): Promise<void> {
  if (!isInteractive())
    throw new CliError('Nobody can be asked here, so nothing was changed.', {
      cure: 'Add --yes to go on without a question.',
      exitStatus: EXIT.usage,
    })
  if (!answered(await confirm({ message, output: process.stderr })))
    throw new CliError('Nothing was changed.')
}
