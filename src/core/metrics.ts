/** Every custom metric, with its unit and meaning. Nothing else publishes to or reads from the namespace. */
import { dollars, spentView } from './receipt.ts'
import type { Tally } from './tally.ts'

export const NAMESPACE = 'Baton'

/**
 * The only dimension (Powertools' name for it): the deployment. Each further one, such as the function name, would add
 * the price of every metric again.
 */
export const DIMENSION = 'service'

interface Meaning {
  /** A CloudWatch unit. */
  readonly unit: 'Count' | 'None'
  readonly meaning: string
}

const count = (meaning: string): Meaning => ({ unit: 'Count', meaning })

export const METRICS = {
  SpendTodayUsd: { unit: 'None', meaning: 'Model cost in dollars since midnight UTC.' },
  MessagesInToday: count('Messages from people since midnight UTC.'),
  MessagesOutToday: count('Messages to people since midnight UTC.'),
  TurnsToday: count('Conductor turns since midnight UTC.'),
  WorkersToday: count('Workers created since midnight UTC.'),
  TokensToday: count('Model tokens of all kinds used since midnight UTC.'),
  LiveWorkers: count('Workers that had not ended at the last sweep.'),
  SandboxesLeaked: count('Sandboxes that the sweep ended because no session or worker owned them.'),
  RunsFailed: count('Runs that stopped with an error. Recovery restarts them.'),
  DeadLetters: count('Messages that recovery took from the dead-letter queue and appended.'),
  Quarantined: count('Signed SMS and email requests that could not be parsed and were kept.'),
  DeliveriesRefused: count('Messages that a provider rejected or that have no allowed recipient.'),
  DeliveriesUndelivered: count('SMS that Twilio accepted and later could not deliver.'),
  DeliveriesInDoubt: count('Emails that the provider may or may not have accepted.'),
  ModelGatewayRefusals: count(
    'Model requests that Baton refused: an invalid key (401) or a used-up budget (402).',
  ),
  ModelRefusals: count(
    "Model requests that the model's API refused for good: a wrong key, no credit, no such model.",
  ),
  ModelFailures: count(
    "Model requests of jobs whose requests have failed repeatedly or for a while: the model's API is overloaded or down.",
  ),
  RequestsRefused: count('API requests refused with 401 or 403.'),
  /** Counted by a filter on the access log, because these requests never reach a function. */
  ApiGatewayErrors: count(
    'Requests that API Gateway could not pass to a function, or that got no response.',
  ),
  /** Also counted by a filter on the access log. */
  EmailsTooLarge: count(
    'Emails that API Gateway refused because they were too large. They are lost.',
  ),
} as const satisfies Record<string, Meaning>

export type MetricName = keyof typeof METRICS
export type Measured = Readonly<Partial<Record<MetricName, number>>>

/** Returns the metrics that a day's total feeds. */
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
