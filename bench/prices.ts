/**
 * What AWS charges: list prices in dollars, without free tiers, as of 2025. From the pricing pages of the services:
 * https://aws.amazon.com/step-functions/pricing/ (Standard workflows)
 * https://aws.amazon.com/lambda/pricing/ (Arm; the start of an environment is billed)
 * https://aws.amazon.com/dynamodb/pricing/on-demand/ (Standard tables)
 * https://aws.amazon.com/sqs/pricing/ (FIFO queues)
 * https://aws.amazon.com/api-gateway/pricing/ (HTTP APIs)
 * https://aws.amazon.com/s3/pricing/ (S3 Standard requests)
 * https://aws.amazon.com/secrets-manager/pricing/
 * https://aws.amazon.com/cloudwatch/pricing/ (alarms at standard resolution)
 * https://aws.amazon.com/eventbridge/pricing/ (scheduled rules and events of AWS services are free)
 */

const MILLION = 1_000_000

interface Prices {
  readonly transition: number
  readonly invocation: number
  readonly gbSecond: number
  readonly writeUnit: number
  readonly readUnit: number
  readonly queueRequest: number
  readonly apiRequest: number
  readonly objectPut: number
  readonly objectGet: number
  readonly secretRead: number
  /** Per month. */
  readonly secret: number
  readonly alarmMetric: number
  readonly dashboard: number
  readonly customMetric: number
}

const everywhere = {
  transition: 25 / MILLION,
  invocation: 0.2 / MILLION,
  gbSecond: 13.3334 / MILLION,
  queueRequest: 0.5 / MILLION,
  objectPut: 0.005 / 1_000,
  objectGet: 0.0004 / 1_000,
  secretRead: 0.05 / 10_000,
  secret: 0.4,
  alarmMetric: 0.1,
  dashboard: 3,
  customMetric: 0.3,
} as const

export const PRICES = {
  'us-east-1': {
    ...everywhere,
    writeUnit: 0.625 / MILLION,
    readUnit: 0.125 / MILLION,
    apiRequest: 1 / MILLION,
  },
  'eu-west-1': {
    ...everywhere,
    // Half of the price before November 2024, as everywhere.
    writeUnit: 0.70675 / MILLION,
    readUnit: 0.1415 / MILLION,
    apiRequest: 1.11 / MILLION,
  },
} as const satisfies Record<string, Prices>

export type Region = keyof typeof PRICES

type Countable = Exclude<keyof Prices, 'secret' | 'alarmMetric' | 'dashboard' | 'customMetric'>

/** The usage of each service with usage-based prices. */
export type Consumption = Readonly<Record<Countable, number>>

/** Returns the dollars for each kind of use, highest first. */
export function dollarsBy(used: Consumption, region: Region): ReadonlyMap<Countable, number> {
  const kinds = Object.keys(used) as Countable[]
  const dollars = kinds.map((kind) => [kind, used[kind] * PRICES[region][kind]] as const)
  return new Map(dollars.sort(([, a], [, b]) => b - a))
}

export const dollarsOf = (used: Consumption, region: Region): number =>
  [...dollarsBy(used, region).values()].reduce((total, dollars) => total + dollars, 0)
