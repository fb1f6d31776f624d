/** Checks settings from baton.json and from `-c`, and says of each bad one what is wrong and where it stands. */
import * as z from 'zod'
import { closestName } from '../../src/core/closest-name.ts'
import { type Config, consistentSettings, SETTING_NAMES, settings } from './schema.ts'

/** Settings by name, as somebody wrote them, and where. */
export interface Source {
  /** For messages: `baton.json` or `-c`. */
  readonly where: string
  readonly values: Readonly<Record<string, unknown>>
}

/** Says for each bad setting what is wrong, one a line. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

/** Returns the settings, of which later sources win. Throws a SettingsError that names each unknown or bad one. */
export function parseSettings(...sources: readonly Source[]): Config {
  const problems = sources.flatMap(({ where, values }) =>
    Object.keys(values)
      .filter((name) => !isSetting(name))
      .map((name) => `${where}: ${unknownName(name, SETTING_NAMES)}`),
  )
  const given = Object.assign({}, ...sources.map(({ values }) => values))
  const known = Object.fromEntries(
    Object.entries(given).filter(([name, value]) => isSetting(name) && value !== undefined),
  )
  const parsed = consistentSettings.safeParse(known)
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0])
    const { where = sources.at(-1)?.where } = sources.findLast(({ values }) => name in values) ?? {}
    problems.push(...describe(issue).map((problem) => `${where}: ${problem}`))
  }
  if (parsed.success && problems.length === 0) return parsed.data
  throw new SettingsError(problems.join('\n'))
}

const isSetting = (name: string) => Object.hasOwn(settings.shape, name)

/** Returns a value of `-c`, which is text: JSON if the setting is no text. */
export function fromText(name: string, text: unknown): unknown {
  if (typeof text !== 'string') return text
  const schema = Object.entries(settings.shape).find(([each]) => each === name)?.[1]
  if (schema === undefined || schema.safeParse(text).success) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function describe(issue: z.core.$ZodIssue): readonly string[] {
  const place = z.core.toDotPath(issue.path)
  if (issue.code !== 'unrecognized_keys') return [`${place}: ${issue.message}`]
  return issue.keys.map((key) => `${place}: ${unknownName(key, namesAt(issue.path))}`)
}

function unknownName(name: string, known: readonly string[]): string {
  const meant = closestName(name, known)
  const shown = JSON.stringify(name.slice(0, LONGEST_SHOWN))
  return meant === undefined
    ? `there is no setting ${shown}, only ${known.join(', ')}`
    : `there is no setting ${shown}; perhaps you mean ${meant}`
}

const LONGEST_SHOWN = 50

/** Returns the names within a setting that is an object. */
function namesAt(path: readonly PropertyKey[]): readonly string[] {
  const place = path.reduce<z.core.JSONSchema.BaseSchema | undefined>(
    (schema, key) => {
      const inner = schema?.properties?.[String(key)]
      return typeof inner === 'object' ? inner : undefined
    },
    z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any', reused: 'inline' }),
  )
  return Object.keys(place?.properties ?? {})
}
