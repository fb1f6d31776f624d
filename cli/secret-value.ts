/** Reads the value of a secret from standard input or the terminal, and lets its provider check it. */
import { text as readAll } from 'node:stream/consumers'
import { readSettingsFile, settingsFile } from '../lib/settings/file.ts'
import { parseSettings } from '../lib/settings/parse.ts'
import { CliError } from './errors.ts'
import { note } from './print.ts'
import { askSecret } from './prompt.ts'
import type { SecretRow } from './secret-table.ts'
import { ROOT } from './target.ts'

/** Returns the value. Throws a CliError if there is none, or if its provider refuses it; `check` asks the provider. */
export async function checkedValue(row: SecretRow, { check }: { check: boolean }): Promise<string> {
  const settings = parseSettings(readSettingsFile(settingsFile(ROOT)))
  const value = await readValue(row)
  if (check) {
    note('Checking it at its provider …')
    note(`${await row.check(value, settings)}.`)
  }
  return value
}

/** Returns the value that was typed, or that is on standard input. */
async function readValue({ what, from }: SecretRow): Promise<string> {
  const given = process.stdin.isTTY
    ? await askSecret(`The ${what} (${from})`)
    : await readAll(process.stdin)
  const value = given.trim()
  if (value === '') throw new CliError('There is no value on standard input.')
  return value
}
