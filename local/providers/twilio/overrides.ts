/** How often and how long Twilio tries a webhook, as the fragment of its URL says. */

/** Why an attempt failed: no connection, no answer in time, or an answer that is an error. */
export type FailureKind = 'ct' | 'rt' | '4xx' | '5xx'

export interface Overrides {
  /** How many attempts may follow the first. */
  readonly retries: number
  /** Whether a failure of the kind is tried again. */
  readonly retried: (kind: FailureKind) => boolean
  /** For one attempt, in milliseconds. */
  readonly readMs: number
  /** For all attempts together, in milliseconds. */
  readonly totalMs: number
}

const LONGEST_MS = 15_000

/**
 * Reads `#rc=3&rp=5xx,rt&rt=4000`; by default one retry, and only when no connection came about. `ct`, `sni` and `e`
 * have no meaning on loopback. Throws for a value that Twilio does not take:
 * https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
 */
export function overridesOf(url: string): Overrides {
  const [, fragment = ''] = /#(.*)$/s.exec(url) ?? []
  const given = new URLSearchParams(fragment)
  const policy = (given.get('rp') ?? 'ct').split(',')
  const unknown = policy.find((kind) => !['4xx', '5xx', 'ct', 'rt', 'all'].includes(kind))
  if (unknown !== undefined) throw new Error(`rp=${unknown} in ${url} is no retry policy`)
  return {
    retries: within(given, 'rc', 0, 5, 1),
    retried: (kind) => policy.includes(kind) || policy.includes('all'),
    readMs: within(given, 'rt', 100, LONGEST_MS, LONGEST_MS),
    totalMs: within(given, 'tt', 100, LONGEST_MS, LONGEST_MS),
  }
}

function within(given: URLSearchParams, name: string, least: number, most: number, usual: number) {
  const text = given.get(name)
  if (text === null) return usual
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  throw new Error(`${name}=${text} is not within ${least} to ${most}`)
}
