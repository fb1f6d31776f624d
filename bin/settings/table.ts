/** The page of all settings, docs/settings.md. */
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { isLocal, SETTING_NAMES } from '../../lib/settings/schema.ts'
import { settingsJsonSchema } from './json-schema.ts'

export const PAGE = path.resolve(import.meta.dirname, '../../docs/settings.md')

const INTRODUCTION = `<!-- Generated from lib/settings/schema.ts: edit that, then run \`npm run settings\`. -->

# Settings

\`baton.json\` in the checkout holds your choices. It holds no secret, so commit it. \`npx baton init\` writes it, \`npx baton deploy\`
and \`npm start\` read it, and editors check it by [baton.schema.json](../baton.schema.json):

\`\`\`json
{
  "$schema": "./baton.schema.json",
  "people": ["+15550100", "@example.com"],
  "budgets": { "run": { "usd": 10 }, "day": { "usd": 100 } }
}
\`\`\`

\`npx cdk deploy -c name=value\` overrides one setting for one command; a value that is not text is JSON, as in
\`-c budgets='{"run":{"usd":5}}'\`. The next deployment without it takes it back. An unknown or mistyped setting is an
error. \`npm start\` follows the settings that are marked: it replaces the services which the others name.
`

/** Returns the page with one row per setting. */
export function settingsPage(): string {
  const { properties = {} } = settingsJsonSchema()
  const rows = SETTING_NAMES.map((name) => {
    const schema = properties[name]
    const {
      default: standard,
      description = '',
      ...rest
    } = typeof schema === 'object' ? schema : {}
    const cells = [
      code(name),
      shown(standard),
      `${description}${limits(rest)}`,
      isLocal(name) ? 'yes' : '',
    ]
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  })
  const head = '| setting | default | meaning | `npm start` |\n| --- | --- | --- | --- |'
  return `${INTRODUCTION}\n${head}\n${rows.join('\n')}\n`
}

/** Leaves empty objects out, which choose nothing. */
function shown(value: unknown): string {
  if (typeof value === 'string') return code(value)
  const text = JSON.stringify(value, (_, inner) =>
    isDeepStrictEqual(inner, {}) ? undefined : inner,
  )
  return text === undefined || text === '[]' ? 'none' : code(text)
}

const code = (text: string) => `\`${text}\``

function limits({ minimum, maximum }: { minimum?: number; maximum?: number }): string {
  if (maximum === undefined) return ''
  return minimum === undefined ? ` (at most ${maximum})` : ` (${minimum} to ${maximum})`
}
