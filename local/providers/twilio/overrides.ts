/** Twilio's connection overrides: the fragment of a webhook's URL sets its retries and timeouts. */

/** Why an attempt failed: no connection, no response in time, or an error response. */
export type FailureKind = 'ct' | 'rt' | '4xx' | '5xx'

export interface Overrides {
  /** Maximum number of retries. */
  readonly retries: number
  /** Whether this kind of failure is retried. */
  readonly retried: (kind: FailureKind) => boolean
  /** Timeout of one attempt, in milliseconds. */
  readonly readMs: number
  /** Timeout of all attempts together, in milliseconds. */
  readonly totalMs: number
}

const LONGEST_MS = 15_000

/**
 * Parses `#rc=3&rp=5xx,rt&rt=4000`. By default there is one retry, and only if no connection was made. `ct`, `sni`
 * and `e` have no meaning on loopback. Throws for a value that Twilio does not accept:
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
