/** A check of one dependency: what was found, and what to do about it. */
import { SETTINGS_FILE } from '../../lib/settings/file.ts'
import { SettingsError } from '../../lib/settings/parse.ts'
import { oneLine } from '../../src/core/one-line.ts'
import { CliError, reasonOf } from '../errors.ts'

export type State = 'ok' | 'warn' | 'fail' | 'skipped'

export interface Finding {
  readonly state: State
  readonly detail: string
  /** What to do, unless it is ok. */
  readonly cure?: string
}

export interface Check {
  readonly name: string
  readonly find: () => Promise<Finding>
}

export interface Row extends Finding {
  readonly name: string
}

export const ok = (detail: string): Finding => ({ state: 'ok', detail })
export const warn = (detail: string, cure: string): Finding => ({ state: 'warn', detail, cure })
export const fail = (detail: string, cure: string): Finding => ({ state: 'fail', detail, cure })

/** Thrown by what a check builds on: it cannot be made before something else is right. */
export class Skip extends Error {
  override readonly name = 'Skip'
}

/** Makes all checks at once. A check that throws has failed, for the reason of its error. */
export const runChecks = (checks: readonly Check[]): Promise<readonly Row[]> =>
  Promise.all(checks.map(async ({ name, find }) => ({ name, ...(await find().catch(findingOf)) })))

function findingOf(error: unknown): Finding {
  if (error instanceof Skip) return { state: 'skipped', detail: error.message }
  if (error instanceof SettingsError) return fail(oneLine(error.message), CORRECT_IT)
  const cure = error instanceof CliError ? error.cure : undefined
  return fail(reasonOf(error instanceof CliError ? error.message : error), cure ?? TRY_AGAIN)
}

const CORRECT_IT = `Correct ${SETTINGS_FILE}; docs/settings.md lists all settings.`
const TRY_AGAIN = 'Try again; if it stays, look at the message.'
