/** The lines of the report about one kind of message, cold or warm. */
import { stepOf } from '../../test/support/function-calls.ts'
import type { Call } from '../observe/calls.ts'
import { dollarsBy, dollarsOf, type Region } from '../prices.ts'
import { type Figure, measured, type Unit } from '../report/figure.ts'
import { partsOf, sum, tally } from '../report/statistics.ts'
import { type Counts, consumptionOf } from './counts.ts'

export interface Marks {
  readonly invocations?: number
  readonly writes?: number
  readonly reads?: number
  readonly transitions?: number
  readonly secretReads?: number
}

/** `nameOf` returns the logical name of functions and tables. The details are those of the last message. */
export function figuresOf(
  group: string,
  messages: readonly Counts[],
  marks: Marks,
  nameOf: (physicalId: string) => string,
): Figure[] {
  const line = (
    name: string,
    value: (counts: Counts) => number,
    { unit = '', most, parts }: { unit?: Unit; most?: number | undefined; parts?: Parts } = {},
  ) =>
    measured(name, unit, messages.map(value), {
      group,
      ...(most !== undefined && { most }),
      ...(parts && { because: parts(messages.at(-1)) }),
    })
  const byTable = (calls: readonly Call[] = []) =>
    `${partsOf(tally(calls.map((call) => nameOf(tableOf(call)))))}; ${bySteps(calls)}`
  const dollars = (region: Region) => (counts: Counts) =>
    1_000 * dollarsOf(consumptionOf(counts), region)
  return [
    line('invocations', ({ invocations }) => invocations.length, {
      most: marks.invocations,
      parts: (last) => partsOf(tally((last?.invocations ?? []).map(({ name }) => nameOf(name)))),
    }),
    line('of which cold', ({ invocations }) => invocations.filter(({ cold }) => cold).length),
    line('time in functions', ({ invocations }) => sum(invocations.map((each) => each.billedMs)), {
      unit: 'ms',
    }),
    line('transitions', ({ transitions }) => transitions, {
      most: marks.transitions,
      parts: (last) => partsOf(tally(last?.states ?? []), 12),
    }),
    line('writes to DynamoDB', ({ writes }) => writes.length, {
      most: marks.writes,
      parts: (last) => byTable(last?.writes),
    }),
    line('write units', ({ writeUnits }) => writeUnits),
    line('reads from DynamoDB', ({ reads }) => reads.length, {
      most: marks.reads,
      parts: (last) => byTable(last?.reads),
    }),
    line('read units', ({ readUnits }) => readUnits),
    line('requests to queues', ({ queueRequests }) => queueRequests),
    line('requests to Step Functions', ({ executionCalls }) => executionCalls.length),
    line('executions', ({ executions }) => executions),
    line('requests to the API', ({ apiRequests }) => apiRequests),
    line('objects written', ({ objectPuts }) => objectPuts),
    line('objects read', ({ objectGets }) => objectGets),
    line('secrets read', ({ secretReads }) => secretReads.length, {
      most: marks.secretReads,
      parts: (last) => bySteps(last?.secretReads),
    }),
    line('requests to E2B', ({ sandboxCalls }) => sandboxCalls.length),
    line('1,000 messages, us-east-1', dollars('us-east-1'), { unit: '$', parts: dearest }),
    line('of which transitions', share('transition'), { unit: '$' }),
    line('of which functions', (each) => share('gbSecond')(each) + share('invocation')(each), {
      unit: '$',
    }),
    line('of which DynamoDB', (each) => share('writeUnit')(each) + share('readUnit')(each), {
      unit: '$',
    }),
    line('1,000 messages, eu-west-1', dollars('eu-west-1'), { unit: '$' }),
  ]
}

type Parts = (last: Counts | undefined) => string

type Kind = keyof ReturnType<typeof consumptionOf>

/** Returns the dollars for one kind of use of 1,000 messages. */
const share = (kind: Kind) => (counts: Counts) =>
  1_000 * (dollarsBy(consumptionOf(counts), 'us-east-1').get(kind) ?? 0)

const dearest: Parts = (last) => {
  const all = last ? [...dollarsBy(consumptionOf(last), 'us-east-1')] : []
  return partsOf(
    new Map(all.map(([kind, dollars]) => [kind, Number((1_000 * dollars).toFixed(3))])),
  )
}

const bySteps = (calls: readonly Call[] = []) => partsOf(tally(calls.map(stepOf)))

/** A request names one table, or several by their names. */
function tableOf({ body }: Call): string {
  const { TableName, RequestItems = {} } = JSON.parse(body.toString())
  return TableName ?? Object.keys(RequestItems).join(' and ')
}
