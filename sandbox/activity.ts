/** Describes a tool call in one line, for a person who watches. */

const LONGEST = 200

/** The most informative arguments. The first one present is shown. */
const MAIN_ARGUMENTS = [
  'command',
  'file_path',
  'notebook_path',
  'pattern',
  'url',
  'query',
  'path',
  'description',
  'prompt',
]

/**
 * Returns the tool and its main argument (`Bash: printf … | sha256sum`), without control characters, at most 200
 * characters.
 */
export function activityLine(tool: string, input: Record<string, unknown>): string {
  const names = [...MAIN_ARGUMENTS, ...Object.keys(input)]
  const main = names.map((name) => input[name]).find((value) => typeof value === 'string')
  const line = main === undefined ? tool : `${tool}: ${main}`
  const plain = line.replace(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  return plain.length <= LONGEST ? plain : `${plain.slice(0, LONGEST - 1)}…`.toWellFormed()
}
