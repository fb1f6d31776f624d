/** Sends one message and prints its conversation as it grows, for `npm start -- --once`. */
import { type Client, clientOf } from '../cli/api.ts'
import { type Entry, type FollowEvent, follow } from '../cli/follow.ts'
import { messageIds } from '../src/contract/api/common.ts'
import { printable } from '../src/core/printable.ts'
import type { Server } from './local-api.ts'

interface Options {
  readonly sessionId: string
  readonly print: (line: string) => void
  readonly minutes: number
}

/** Returns how it ended: once nothing is left to do, or after `minutes`. Throws if the message is refused. */
export async function converse(
  { url, token }: Server,
  content: string,
  { sessionId, print, minutes }: Options,
): Promise<Extract<FollowEvent, { event: 'end' }>['outcome']> {
  const until = Date.now() + minutes * 60_000
  const client = clientOf({ url, token, isLocal: true })
  const { messageId } = messageIds.parse(
    await client.send('/api/webhooks/conductor/message', { body: { sessionId, content } }),
  )
  for await (const event of follow(client, sessionId, { after: 0, messageId, until })) {
    if (event.event === 'end') return event.outcome
    if (event.event === 'entry') await printEntry(client, sessionId, event.entry, print)
  }
  return 'timeout'
}

async function printEntry(
  client: Client,
  sessionId: string,
  entry: Entry,
  print: (line: string) => void,
): Promise<void> {
  const { role, workerId, text, receipt, commands = [] } = entry
  const speaker = receipt ? 'receipt' : (workerId ?? (role === 'user' ? 'you' : role))
  if (role === 'worker' && workerId)
    for (const line of await activityOf(client, sessionId, workerId))
      print(label(workerId, `· ${line}`))
  if (text) print(label(speaker, text))
  for (const {
    type,
    id: _id,
    status: _status,
    outcome: _outcome,
    record: _record,
    ...fields
  } of commands)
    print(label(speaker, `${type} ${JSON.stringify(fields)}`))
}

/** Returns the worker's activity in its latest leg, one line for each tool call. */
async function activityOf(client: Client, sessionId: string, workerId: string) {
  const { legs } = await client.get(
    'WorkerDetail',
    `/api/sessions/${sessionId}/workers/${workerId}`,
  )
  return legs.at(-1)?.activity ?? []
}

const label = (speaker: string, text: string) =>
  printable(text)
    .trimEnd()
    .split('\n')
    .map((line, i) => `${(i === 0 ? speaker : '').padEnd(10)} ${line}`)
    .join('\n')
