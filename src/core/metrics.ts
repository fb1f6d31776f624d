/** Every metric of our own: its unit, and what it means; nothing else publishes to the namespace or watches it. */
import { dollars, spentView } from './receipt.ts'
import type { Tally } from './tally.ts'

export const NAMESPACE = 'Baton'

/** The one dimension, which Powertools calls so: the deployment. One more, as the function's name, and every metric would be paid for again. */
export const DIMENSION = 'service'

interface Meaning {
  /** As CloudWatch names units. */
  readonly unit: 'Count' | 'None'
  readonly meaning: string
}

const count = (meaning: string): Meaning => ({ unit: 'Count', meaning })

export const METRICS = {
  SpendTodayUsd: { unit: 'None', meaning: 'Dollars that models have cost since midnight UTC.' },
  MessagesInToday: count('Messages from persons since midnight UTC.'),
  MessagesOutToday: count('Messages to persons since midnight UTC.'),
  TurnsToday: count('Turns of conductors since midnight UTC.'),
  WorkersToday: count('Workers that were created since midnight UTC.'),
  TokensToday: count('Tokens of all kinds that models have used since midnight UTC.'),
  LiveWorkers: count('Workers that are not ended, at the last sweep.'),
  SandboxesLeaked: count(
    'Sandboxes ended by the sweep because no session and no worker knew them.',
  ),
  RunsFailed: count('Runs that an error stopped; recovery starts them again.'),
  DeadLetters: count('Messages taken from the dead-letter queue and appended after all.'),
  Quarantined: count('Signed messages of SMS and mail that could not be read, and were kept.'),
  DeliveriesRefused: count('Messages that a provider will not deliver, or that nobody may get.'),
  DeliveriesUncertain: count('Mails of which nobody can tell whether the provider took them.'),
  ModelGatewayRefusals: count(
    'Model requests refused: a dead key (401) or a budget used up (403).',
  ),
  RequestsRefused: count('Requests of the API that were refused as 401 or 403.'),
  /** Counted by a filter on the access log: no function of ours was there. */
  ApiGatewayErrors: count(
    'Requests that API Gateway could not hand to a function, or got no answer to.',
  ),
  /** Likewise. */
  EmailsTooLarge: count('Mails that API Gateway refused as too large: they are lost.'),
} as const satisfies Record<string, Meaning>

export type MetricName = keyof typeof METRICS
export type Measured = Readonly<Partial<Record<MetricName, number>>>

/** What a day's total shows. */
export function measuredToday(total: Tally): Measured {
  const { messages, turns, workers, tokens } = spentView(total)
  return {
    SpendTodayUsd: dollars(total),
    MessagesInToday: messages.in,
    MessagesOutToday: messages.out,
    TurnsToday: turns,
    WorkersToday: workers,
    TokensToday: Object.values(tokens).reduce((sum, count) => sum + count, 0),
  }
}
