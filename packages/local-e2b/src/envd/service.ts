/** An RPC service: its methods by route, each with one response or a stream of events. */
import type { EventStream } from './connect-protocol.ts'

export type UnaryMethod = (body: unknown, user: string) => unknown
export type StreamMethod = (
  body: unknown,
  user: string,
  stream: EventStream,
) => void | Promise<void>

export interface Service {
  readonly unary: Readonly<Record<string, UnaryMethod>>
  readonly streams: Readonly<Record<string, StreamMethod>>
}
