/** What a message of the dead-letter queue is about. */
import {
  type Cancellation,
  cancellation,
  type OutboxMessage,
  outboxMessage,
} from '../../src/contract/queue-items.ts'
import { ApiError, type Client } from '../api.ts'
import { type Entry, entriesAfter } from '../follow.ts'

/** The kind of a message, which is also the queue that it came from. */
export type Origin = 'delivery' | 'cancellation'

/** Returns where a message came from, or undefined if its body is of another version. */
export const originOf = (body: string): Origin | undefined => itemIn(body)?.origin

type Item =
  | { readonly origin: 'delivery'; readonly delivery: OutboxMessage }
  | { readonly origin: 'cancellation'; readonly cancellation: Cancellation }

function itemIn(body: string): Item | undefined {
  const item = jsonIn(body)
  const { data: delivery } = outboxMessage.safeParse(item)
  if (delivery) return { origin: 'delivery', delivery }
  const { data: ended } = cancellation.safeParse(item)
  return ended && partsOf(ended).length > 0
    ? { origin: 'cancellation', cancellation: ended }
    : undefined
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Returns what a message is about, as a phrase. */
export function phraseOf(body: string): string {
  const item = itemIn(body)
  if (item?.origin === 'delivery') {
    const { to, seq, name } = item.delivery
    return `${to.channel} to ${to.address} (entry ${seq}, ${name})`
  }
  return item ? partsOf(item.cancellation).join(', ') : 'of an unknown form'
}

const partsOf = ({ run, sandboxId, kill, accept }: Cancellation): readonly string[] => [
  ...(run === undefined ? [] : [`end run r${run}`]),
  ...(sandboxId === undefined ? [] : ['end a sandbox']),
  ...(kill === undefined ? [] : [`end the workers from before ${kill}`]),
  ...(accept === undefined ? [] : [`accept the reports from before ${accept}`]),
]

const LOG = {
  delivery: 'the log of deliver-message says why',
  cancellation: 'the log of session-control says why',
}

/** Returns the last error of a message, or what is known instead. */
export async function lastErrorOf(client: Client, body: string): Promise<string> {
  const item = itemIn(body)
  if (item === undefined) return 'this version of Baton does not know it, so it stays'
  if (item.origin === 'cancellation') return LOG.cancellation
  const { sessionId, seq, name } = item.delivery
  const entry = await entryOf(client, sessionId, seq)
  if (!entry) return 'its session was deleted or the entry has expired, so nothing will be sent'
  const record = entry.deliveries?.find((each) => each.name === name)
  if (record?.problem !== undefined) return record.problem
  if (record?.status === 'sending')
    return 'its last attempt broke off; the provider is asked before it is sent again'
  return record === undefined || record.status === 'waiting'
    ? LOG.delivery
    : `it is ${record.status} already, so nothing will be sent`
}

async function entryOf(client: Client, sessionId: string, seq: number): Promise<Entry | undefined> {
  try {
    return (await entriesAfter(client, sessionId, seq - 1)).find((entry) => entry.seq === seq)
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}
