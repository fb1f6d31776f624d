/** Keys and tokens that the operator gives by variables. */
import { SECRETS } from './secret-table.ts'

const VARIABLES = [...SECRETS.map(({ variable }) => variable), 'BATON_TOKEN', 'BATON_READ_TOKEN']

const given = new Map<string, string>()

/** Takes them out of the environment, so that no program that a command starts inherits them. */
export function takeSecrets(): void {
  for (const name of VARIABLES) {
    const value = process.env[name]
    if (value) given.set(name, value)
    delete process.env[name]
  }
}

/** Returns what a variable had, or undefined if it was empty or not set. */
export const givenSecret = (variable: string): string | undefined => given.get(variable)
