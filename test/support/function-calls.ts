/** Describes a function's request to a test: which step sends it, what for, and for which session. */
import * as z from 'zod'
import type { FunctionCall } from '../../packages/local-aws/src/index.ts'

/** The step of the protocol that sends it: a state of a machine, or the function's purpose. */
export function stepOf({ functionId, event }: Pick<FunctionCall, 'functionId' | 'event'>): string {
  const fn = functionId.replace(/[0-9A-F]{8}$/, '')
  const service = SERVICES.find((each) => fn.endsWith(each)) ?? fn
  const { task, Records, detail } = shape.parse(event)
  if (task !== undefined) return task
  if (service === 'SessionControl' && Records) return 'CancelWork'
  if (service === 'Recovery' && Records) return 'AppendDeadLetter'
  return service === 'Recovery' && detail ? 'RecoverRun' : service
}

const shape = z.object({ task: z.string(), Records: z.unknown(), detail: z.unknown() }).partial()

const SERVICES = [
  'ReceiveMessage',
  'ReceiveSms',
  'RecordSmsStatus',
  'ReceiveEmail',
  'DispatchMessage',
  'DeliverMessage',
  'SandboxCallback',
  'ModelGateway',
  'SessionControl',
  'Recovery',
  'ReadApi',
  'PublicApi',
]

/** The operation, without the ids in it. */
export const operationOf = ({ operation }: FunctionCall) =>
  operation.replace(/(?<=\/sandboxes\/)\w+/, ':id')

const READS = /^(GetItem|BatchGetItem|Query|GetSecretValue|GET .*)$/

/** Whether it changes anything anywhere. */
export const isEffect = ({ operation }: Pick<FunctionCall, 'operation'>) => !READS.test(operation)

/**
 * Whether the request, or the event that its function handles, is about a session. No session's name may contain
 * another's.
 */
export function sessionOf(call: FunctionCall, sessions: Iterable<string>): string | undefined {
  // What is seen of a service is about no session, and recorded only now and then.
  if (call.body.includes('"health#')) return undefined
  const texts = [
    call.body.toString(),
    JSON.stringify(call.event),
    claimsOf(call.event)?.session ?? '',
  ]
  // An iterator, such as a map's keys, can be read only once.
  const names = [...sessions]
  for (const text of texts) for (const session of names) if (text.includes(session)) return session
  return undefined
}

const claims = z.object({
  session: z.string(),
  worker: z.string().optional(),
  leg: z.number(),
})

/** A job token contains the session and the leg of a worker in the clear. */
export const claimsOf = (event: unknown) => claims.safeParse(tokenIn(event)).data

function tokenIn(event: unknown): unknown {
  const payload = /"(?:Bearer )?([\w-]{20,})\.[\w-]+"/.exec(JSON.stringify(event))?.[1] ?? ''
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString())
  } catch {
    return undefined
  }
}
