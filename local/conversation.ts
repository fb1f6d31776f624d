/** Follows one session over the public routes and prints it as it grows, for `npm start -- --once`. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Entry } from '../src/core/history.ts'
import { printable } from '../src/core/printable.ts'
import { jsonOf, type Server } from './local-api.ts'

const get = async <T>({ url, token }: Server, route: string): Promise<T> => {
  const response = await fetch(`${url}${route}`, { headers: { authorization: `Bearer ${token}` } })
  if (!response.ok && response.status !== 404)
    throw new Error(`${route} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as T
}

/** Sends a message to a session. */
export async function send({ url, token }: Server, sessionId: string, content: string) {
  const response = await fetch(`${url}/api/webhooks/conductor/message`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: jsonOf({ sessionId, content }),
  })
  if (!response.ok) throw new Error(`the message was refused: ${await response.text()}`)
}

/**
 * Prints entries until the run is over. Returns the last reply, or undefined if the run ended without one or with
 * a failure. Throws after `minutes`.
 */
export async function follow(
  server: Server,
  sessionId: string,
  { print, minutes }: { print: (line: string) => void; minutes: number },
): Promise<string | undefined> {
  const until = Date.now() + minutes * 60_000
  let after = 0
  let reply: string | undefined
  while (Date.now() < until) {
    const over = await isIdle(server)
    const { messages = [] } = await get<{ messages?: Entry[] }>(
      server,
      `/api/sessions/${sessionId}/messages?after=${after}`,
    )
    for (const entry of messages) {
      after = entry.seq
      await printEntry(server, sessionId, entry, print)
      reply = replyAfter(entry, reply)
    }
    if (messages.length === 0 && over && after > 0) return reply
    if (messages.length === 0) await wait(200)
  }
  throw new Error(`no end after ${minutes} minutes`)
}

/** A notice from Baton itself means that something failed, unless it asks a question. */
const replyAfter = (
  { role, text, receipt, question, answer }: Entry,
  reply: string | undefined,
) => {
  if (receipt || answer) return reply
  if (question) return text
  if (role === 'system') return undefined
  return role === 'conductor' && text ? text : reply
}

const isIdle = async (server: Server) =>
  (await get<{ status: string }>(server, '/api/monitoring/status')).status === 'idle'

async function printEntry(
  server: Server,
  sessionId: string,
  entry: Entry,
  print: (line: string) => void,
): Promise<void> {
  const { role, workerId, text, receipt, commands = [] } = entry
  const speaker = receipt ? 'receipt' : (workerId ?? (role === 'user' ? 'you' : role))
  if (role === 'worker' && workerId)
    for (const line of await activityOf(server, sessionId, workerId))
      print(label(workerId, `· ${line}`))
  if (text) print(label(speaker, text))
  for (const { type, id: _id, status: _status, outcome: _outcome, ...fields } of commands)
    print(label(speaker, `${type} ${JSON.stringify(fields)}`))
}

/** Returns the worker's activity in its latest leg, one line for each tool call. */
async function activityOf(server: Server, sessionId: string, workerId: string) {
  const { legs = [] } = await get<{ legs?: { activity: string[] }[] }>(
    server,
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
