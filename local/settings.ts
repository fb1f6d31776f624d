/** Settings for one machine, from the environment or .env. */
import { existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import * as z from 'zod'
import { contact } from '../src/channels/index.ts'
import { verifyMode } from '../src/contract/review.ts'
import { approvalMode } from '../src/core/approval-mode.ts'
import { budgets } from '../src/core/budget.ts'

/** The people that Baton answers by default. */
export const DEFAULT_PEOPLE: readonly string[] = ['+15550100', '+15550101', '@example.com']

const settings = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  /** The operator's bearer token instead of the one in `.local/token`. */
  BATON_TOKEN: z.string().min(1).optional(),
  /** The bearer token for read-only access instead of the one in `.local/read-token`. */
  BATON_READ_TOKEN: z.string().min(1).optional(),
  /** If set, the real model responds, unless `BATON_MODEL=scripted`. */
  ANTHROPIC_API_KEY: z.string().min(1).optional(),
  BATON_MODEL: z.enum(['scripted']).optional(),
  /** JSON that replaces the template's budgets. */
  BATON_BUDGETS: z
    .string()
    .refine((text) => readBudgets(text).success, 'must be JSON like {"run":{"usd":5}}')
    .optional(),
  /** Which messages to other people wait for approval, instead of the template's choice. */
  BATON_APPROVALS: approvalMode.optional(),
  /** Which reports an independent verifier checks, instead of the template's choice. */
  BATON_VERIFY: verifyMode.optional(),
  /**
   * The people that Baton answers: phone numbers, email addresses, and domains as `@example.com`, separated by
   * commas.
   */
  BATON_PEOPLE: z
    .string()
    .transform((text) => text.split(',').map((each) => each.trim()))
    .refine(
      (people) => people.every((each) => contact.safeParse(each).success),
      'must be a list like +15550100,ada@example.com,@example.org',
    )
    .optional(),
  E2B_API_KEY: z.string().min(1).optional(),
})
export type Settings = z.infer<typeof settings>

/**
 * An empty value counts as not set, because CI writes one for a missing secret. Only the list of people may be
 * empty.
 */
const isSet = ([name, value]: [string, string | undefined]) =>
  value !== '' || name === 'BATON_PEOPLE'

const setIn = (variables: NodeJS.Dict<string>) =>
  Object.fromEntries(Object.entries(variables).filter(isSet))

/** Reads the settings; the environment overrides .env. Throws an error that names each invalid value. */
export function readSettings(envFile: string): Settings {
  const file = existsSync(envFile) ? parseEnv(readFileSync(envFile, 'utf8')) : {}
  const parsed = settings.safeParse({ ...setIn(file), ...setIn(process.env) })
  if (!parsed.success) throw new Error(`Settings: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}

function readBudgets(text: string) {
  try {
    return budgets.safeParse(JSON.parse(text))
  } catch {
    return { success: false }
  }
}
