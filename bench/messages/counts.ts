/** What one message used: counts by kind, with details. */
import { isEffect } from '../../test/support/function-calls.ts'
import { type Call, isSandboxCall } from '../observe/calls.ts'
import { statesIn, transitionsIn } from '../observe/executions.ts'
import { gbSecondsOf, type Invocation } from '../observe/invocations.ts'
import type { Window } from '../observe/observed-baton.ts'
import { isForObjects, isLinkUse } from '../observe/requests.ts'
import type { Consumption } from '../prices.ts'
import { sum } from '../report/statistics.ts'

export interface Counts {
  readonly invocations: readonly Invocation[]
  readonly writes: readonly Call[]
  readonly reads: readonly Call[]
  readonly writeUnits: number
  readonly readUnits: number
  /** Requests of functions to queues; Lambda's own requests for batches are in `queueRequests`. */
  readonly queueCalls: readonly Call[]
  readonly queueRequests: number
  readonly executionCalls: readonly Call[]
  readonly executions: number
  readonly transitions: number
  /** Each state that was entered, once for each time. */
  readonly states: readonly string[]
  readonly objectPuts: number
  readonly objectGets: number
  readonly secretReads: readonly Call[]
  readonly sandboxCalls: readonly Call[]
  readonly apiRequests: number
}

interface Known {
  readonly units: { readonly read: number; readonly write: number }
  readonly consumers: ReadonlySet<string>
  /** Of the API, from outside and from sandboxes. */
  readonly apiPorts: readonly number[]
}

/** Lambda receives a batch from a queue, and deletes what was handled. */
const REQUESTS_A_BATCH = 2

export function countsOf(
  { calls, requests, invocations, histories }: Window,
  { units, consumers, apiPorts }: Known,
): Counts {
  const to = (service: string) => calls.filter((call) => call.service === service)
  const [tables, objects, queueCalls] = [to('dynamodb'), to('s3'), to('sqs')]
  const links = requests.filter(isLinkUse)
  const batches = invocations.filter(({ name }) => consumers.has(name)).length
  return {
    invocations,
    writes: tables.filter(isWrite),
    reads: tables.filter((call) => !isWrite(call)),
    writeUnits: units.write,
    readUnits: units.read,
    queueCalls,
    queueRequests: queueCalls.length + REQUESTS_A_BATCH * batches,
    executionCalls: to('states'),
    executions: histories.length,
    transitions: sum(histories.map(transitionsIn)),
    states: histories.flatMap(statesIn),
    objectPuts:
      objects.filter(({ operation }) => operation.startsWith('PUT ')).length +
      links.filter(({ method }) => method === 'PUT').length,
    objectGets:
      objects.filter(({ operation }) => /^(GET|HEAD) /.test(operation)).length +
      links.filter(({ method }) => method === 'GET').length,
    secretReads: to('secretsmanager'),
    sandboxCalls: calls.filter(isSandboxCall),
    apiRequests: requests.filter((each) => apiPorts.includes(each.port) && !isForObjects(each))
      .length,
  }
}

const isWrite = isEffect

export const consumptionOf = (counts: Counts): Consumption => ({
  transition: counts.transitions,
  invocation: counts.invocations.length,
  gbSecond: gbSecondsOf(counts.invocations),
  writeUnit: counts.writeUnits,
  readUnit: counts.readUnits,
  queueRequest: counts.queueRequests,
  apiRequest: counts.apiRequests,
  objectPut: counts.objectPuts,
  objectGet: counts.objectGets,
  secretRead: counts.secretReads.length,
})
