/** What a test wants to know of a function's request: which step asks for what, and for which session. */
import * as z from 'zod'
import type { FunctionCall } from '../../packages/local-aws/src/index.ts'

/** The step of the protocol that calls: a state of a machine, or else what the function is there for. */
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

/** Whether the request, or else the event that its function handles, is about a session. Names must not contain each other. */
export function sessionOf(call: FunctionCall, sessions: Iterable<string>): string | undefined {
  const texts = [
    call.body.toString(),
    JSON.stringify(call.event),
    claimsOf(call.event)?.session ?? '',
  ]
  // An iterator, such as a map's keys, can be gone through once only.
  const names = [...sessions]
  for (const text of texts) for (const session of names) if (text.includes(session)) return session
  return undefined
}

const claims = z.object({
  session: z.string(),
  worker: z.string().optional(),
  leg: z.number(),
})

/** A job token says in the clear which session, and which leg of a worker, it speaks for. */
export const claimsOf = (event: unknown) => claims.safeParse(tokenIn(event)).data

function tokenIn(event: unknown): unknown {
  const payload = /"(?:Bearer )?([\w-]{20,})\.[\w-]+"/.exec(JSON.stringify(event))?.[1] ?? ''
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString())
  } catch {
    return undefined
  }
}
