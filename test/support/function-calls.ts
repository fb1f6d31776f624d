/** What a test wants to know of a function's request: which step asks for what, and for which session. */
import type { FunctionCall } from '../../local/aws/index.ts'

/** The step of the protocol that calls: `TakeMessages`, `DispatchMessage`, `SandboxCallback`, … */
export const stepOf = ({ functionId }: Pick<FunctionCall, 'functionId'>) =>
  functionId
    .replace(
      /^(Api|Callback|Channels|Control|Gateway|Intake|Monitoring|Recovery|ReviewLoop|WorkerLeg)/,
      '',
    )
    .replace(/(Function)?[0-9A-F]{8}$/, '')

/** The operation, without the ids in it. */
export const operationOf = ({ operation }: FunctionCall) =>
  operation.replace(/(?<=\/sandboxes\/)\w+/, ':id')

const READS = /^(GetItem|BatchGetItem|Query|GetSecretValue|GET .*)$/

/** Whether it changes anything anywhere. */
export const isEffect = ({ operation }: Pick<FunctionCall, 'operation'>) => !READS.test(operation)

/** Whether the request, or else the event that its function handles, is about a session. Names must not contain each other. */
export function sessionOf(call: FunctionCall, sessions: Iterable<string>): string | undefined {
  const texts = [call.body.toString(), JSON.stringify(call.event), claimsIn(call.event)]
  // An iterator, such as a map's keys, can be gone through once only.
  const names = [...sessions]
  for (const text of texts) for (const session of names) if (text.includes(session)) return session
  return undefined
}

/** A job token says in the clear which session it speaks for. */
function claimsIn(event: unknown): string {
  const payload = /"(?:Bearer )?([\w-]{20,})\.[\w-]+"/.exec(JSON.stringify(event))?.[1]
  return payload === undefined ? '' : Buffer.from(payload, 'base64url').toString()
}
