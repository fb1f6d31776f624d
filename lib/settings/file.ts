/** `baton.json`: the operator's choices, beside the code. It holds no secret. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'
import { SettingsError, type Source } from './parse.ts'

export const SETTINGS_FILE = 'baton.json'

/** Returns the path of the file: BATON_SETTINGS, or `baton.json` in the checkout. Empty if there is to be none. */
export const settingsFile = (root: string): string =>
  process.env.BATON_SETTINGS ?? path.join(root, SETTINGS_FILE)

const content = z.record(z.string(), z.unknown())

/** Returns what the file says; nothing if there is none. Throws a SettingsError if it is not a JSON object. */
export function readSettingsFile(file: string): Source {
  if (!existsSync(file)) return { where: SETTINGS_FILE, values: {} }
  const { $schema: _, ...values } = parse(readFileSync(file, 'utf8'))
  return { where: SETTINGS_FILE, values }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return content.parse(JSON.parse(text))
  } catch (cause) {
    const why = cause instanceof SyntaxError ? cause.message : 'it must be an object'
    throw new SettingsError(`${SETTINGS_FILE} cannot be read: ${why}`, { cause })
  }
}
