/** Options that several commands have. */
import { Option } from '@commander-js/extra-typings'
import { sessionId } from '../src/contract/api/ids.ts'
import { CliError } from './errors.ts'
import { EXIT } from './exit.ts'

/** The Baton that the command is for. */
export const urlOption = () =>
  new Option(
    '--url <address>',
    'the deployment (ApiUrl); by default BATON_URL, or the Baton that runs from this checkout',
  )

export const jsonOption = () => new Option('--json', 'print JSON for programs')

/** The name of the deployed stack, and the prefix of its secrets. */
export const stackOption = () => new Option('--stack <name>', 'the deployed stack').default('Baton')

export const minutesOption = () =>
  new Option('--minutes <n>', 'how long to wait at most')
    .argParser((text) => numberIn(text, { min: 0.01, max: 10_000 }))
    .default(60)

/** Returns a number in a range. Throws a CliError that names the range. */
export function numberIn(text: string, { min, max }: { min: number; max: number }): number {
  const number = text.trim() === '' ? Number.NaN : Number(text)
  if (number >= min && number <= max) return number
  throw usage(`${JSON.stringify(text)} is not a number from ${min} to ${max}.`)
}

/** Returns an id that may be part of a path. Throws a CliError if it is not one. */
export function sessionIn(text: string): string {
  if (sessionId.safeParse(text).success) return text
  throw usage(`${JSON.stringify(text)} is not the id of a session; baton sessions lists them.`)
}

export const usage = (message: string, cure?: string): CliError =>
  new CliError(message, { exitStatus: EXIT.usage, ...(cure !== undefined && { cure }) })
