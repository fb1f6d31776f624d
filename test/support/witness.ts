/**
 * Sees what the servers of this process are asked and what they answer, and at these moments the command lines and the
 * environments of the processes below it.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import type { Seen } from './canaries.ts'
import { descendantsOf } from './descendants.ts'

const CHANNEL = 'http.server.request.start'

interface Started {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** A body that grows. */
interface Recorded {
  readonly place: string
  readonly chunks: Buffer[]
}

/** Functions ask for these all the time. */
const FREQUENT = /\/(dynamodb|sqs|states)\/aws4_request/

/** Uploaded code is compressed, so nothing would be found. It is looked through as files. */
const isArchive = (content: Buffer) => content.subarray(0, 2).toString() === 'PK'

/** `serverAt` names the server at a port. */
export function startWitness(serverAt: (port: number) => string | undefined) {
  const seen: Seen[] = []
  const bodies: Recorded[] = []
  const processes = new Set<string>()
  const texts = new Set<string>()

  /** Most headers and variables are the same each time. */
  function note(place: string, content: string): void {
    const text = `${place}\n${content}`
    if (texts.has(text)) return
    texts.add(text)
    seen.push({ place, content })
  }

  function look(): void {
    for (const { pid, startedAt, command } of descendantsOf(process.pid)) {
      // A process that has begun another program has another command line.
      const known = `${pid} ${startedAt} ${command}`
      if (processes.has(known)) continue
      processes.add(known)
      const program = programOf(command)
      note(`command line of ${program}`, command)
      for (const variable of environmentOf(pid)) {
        const [name] = variable.split('=', 1)
        note(`environment of ${program}: ${name}`, variable)
      }
    }
  }

  const heard = (message: unknown) => {
    const { request, response } = message as Started
    const what = `${serverAt(request.socket.localPort ?? 0) ?? 'another server'} ${operationOf(request)}`
    note(`request to ${what}: address`, request.url ?? '')
    for (const [name, value] of Object.entries(request.headers))
      note(`request to ${what}: header ${name}`, String(value))
    const asked: Recorded = { place: `request to ${what}: body`, chunks: [] }
    const answered: Recorded = { place: `answer of ${what}`, chunks: [] }
    bodies.push(asked, answered)
    listen(request, ['push'], asked)
    listen(response, ['writeHead', 'write', 'end'], answered)
    if (!FREQUENT.test(request.headers.authorization ?? '')) look()
  }
  subscribe(CHANNEL, heard)
  return {
    /** Returns all that it has seen. */
    seen: (): readonly Seen[] => [
      ...seen,
      ...bodies
        .map(({ place, chunks }) => ({ place, content: Buffer.concat(chunks) }))
        .filter(({ content }) => !isArchive(content)),
    ],
    stop: () => unsubscribe(CHANNEL, heard),
  }
}

/** Records the data with which methods are called. */
function listen(target: object, methods: readonly string[], { chunks }: Recorded): void {
  for (const name of methods) {
    const method: (...given: unknown[]) => unknown = Reflect.get(target, name)
    Reflect.set(target, name, (...given: unknown[]) => {
      for (const each of given) {
        const data = name === 'writeHead' ? JSON.stringify(each) : each
        if (typeof data === 'string' || data instanceof Uint8Array) chunks.push(bytesOf(data))
      }
      return method.apply(target, given)
    })
  }
}

const bytesOf = (data: string | Uint8Array): Buffer =>
  typeof data === 'string' ? Buffer.from(data) : Buffer.from(data)

/** Returns the operation or the service of AWS, else the method. */
function operationOf({ method, headers }: IncomingMessage): string {
  const operation = String(headers['x-amz-target'] ?? '')
    .split('.')
    .at(-1)
  const service = /\/(\w+)\/aws4_request/.exec(headers.authorization ?? '')?.[1]
  return operation || service || `${method}`
}

/** Returns what runs: `node cdk`. */
const programOf = (command: string): string =>
  command
    .trim()
    .split(' ')
    .filter((word) => !word.startsWith('-'))
    .slice(0, 2)
    .map((word) => path.basename(word))
    .join(' ')

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean)
  } catch {
    return []
  }
}
