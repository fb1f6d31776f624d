/** The Connect protocol with the JSON codec, as far as E2B's SDK uses it. Source: connectrpc.com/docs/protocol. */
import type { IncomingMessage, ServerResponse } from 'node:http'

const END_STREAM_FLAG = 0b10
const COMPRESSED_FLAG = 0b01
const PREFIX_BYTES = 5
const DEFAULT_KEEPALIVE_SECONDS = 90

const HTTP_STATUS = {
  invalid_argument: 400,
  failed_precondition: 400,
  unauthenticated: 401,
  permission_denied: 403,
  not_found: 404,
  already_exists: 409,
  internal: 500,
  unimplemented: 501,
  deadline_exceeded: 504,
} as const

export type RpcCode = keyof typeof HTTP_STATUS

export class RpcError extends Error {
  override readonly name = 'RpcError'
  readonly code: RpcCode

  constructor(code: RpcCode, message: string) {
    super(message)
    this.code = code
  }

  get status(): number {
    return HTTP_STATUS[this.code]
  }
}

/** Converts any thrown value to an RPC error. */
export function toRpcError(error: unknown): RpcError {
  if (error instanceof RpcError) return error
  const code = systemCode(error)
  const message = error instanceof Error ? error.message : String(error)
  if (code === 'ENOENT') return new RpcError('not_found', message)
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new RpcError('permission_denied', message)
  if (code === 'EEXIST') return new RpcError('already_exists', message)
  if (code === 'ENOTDIR' || code === 'EISDIR') return new RpcError('invalid_argument', message)
  return new RpcError('internal', message)
}

/** Returns the error code of a failed system call (`ENOENT`), or undefined. */
export const systemCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined

/** Encodes one frame of a stream: flags, length, JSON. */
export function frame(flags: number, message: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(message))
  const prefix = Buffer.alloc(PREFIX_BYTES)
  prefix.writeUInt8(flags, 0)
  prefix.writeUInt32BE(body.length, 1)
  return Buffer.concat([prefix, body])
}

/**
 * Decodes the single message of a server-streaming request.
 *
 * @throws RpcError `invalid_argument` if it is truncated, `unimplemented` if it is compressed
 */
export function readFrame(body: Buffer): unknown {
  if (body.length < PREFIX_BYTES) throw new RpcError('invalid_argument', 'the request has no frame')
  if (body.readUInt8(0) & COMPRESSED_FLAG)
    throw new RpcError('unimplemented', 'compressed frames are not implemented')
  const end = PREFIX_BYTES + body.readUInt32BE(1)
  if (body.length < end) throw new RpcError('invalid_argument', 'the frame is cut short')
  return parseJson(body.subarray(PREFIX_BYTES, end))
}

/** @throws RpcError `invalid_argument` if it is not JSON */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    throw new RpcError('invalid_argument', 'the request is not JSON')
  }
}

/** An open server stream. */
export interface EventStream {
  /** Returns false if the client is behind; {@link EventStream.onDrain} is called when it has caught up. */
  send(message: unknown): boolean
  onDrain(then: () => void): void
  onClose(then: () => void): void
  end(error?: RpcError): void
  /** The client's limit for the whole stream in milliseconds; 0 for none. */
  readonly deadlineMs: number
  readonly keepaliveMs: number
}

/** Starts the response as a server stream. It fails with `deadline_exceeded` at its deadline. */
export function openStream(request: IncomingMessage, response: ServerResponse): EventStream {
  response.writeHead(200, { 'content-type': 'application/connect+json' })
  response.flushHeaders()
  const deadlineMs = Number(request.headers['connect-timeout-ms'] ?? 0)
  const keepaliveMs =
    Number(request.headers['keepalive-ping-interval'] ?? DEFAULT_KEEPALIVE_SECONDS) * 1000
  const end = (error?: RpcError) => {
    if (response.writableEnded || response.destroyed) return
    const trailer = error ? { error: { code: error.code, message: error.message } } : {}
    response.end(frame(END_STREAM_FLAG, trailer))
  }
  if (deadlineMs > 0) {
    const expired = new RpcError('deadline_exceeded', 'context deadline exceeded')
    const timer = setTimeout(() => end(expired), deadlineMs)
    response.on('close', () => clearTimeout(timer))
  }
  return {
    deadlineMs,
    keepaliveMs,
    end,
    send: (message) => !isOpen(response) || response.write(frame(0, message)),
    onDrain: (then) => void response.once('drain', then),
    onClose: (then) => void response.once('close', then),
  }
}

const isOpen = (response: ServerResponse): boolean =>
  !(response.writableEnded || response.destroyed)
