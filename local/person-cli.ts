/** Writes to the running Baton as a person by SMS or email, and prints the replies: `npm start -- sms …`. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import * as z from 'zod'
import type { Server } from './conversation.ts'
import { type Outbox, type OutboxMessage, outbox } from './providers/outbox.ts'

export interface PersonOptions extends Server {
  readonly print: (line: string) => void
  /** Files to attach to an email. */
  readonly attach?: readonly string[]
  /** The Message-ID of the email to reply to. */
  readonly inReplyTo?: string | undefined
  /** How long to wait for another reply after the last one, in milliseconds. */
  readonly quietMs?: number
  /** How long to wait for the first reply. */
  readonly maxWaitMs?: number
}

export const PEOPLE_USAGE = `npm start -- sms "+15550100" "<text>"
npm start -- email ada@example.com "<subject>" "<text>" [--attach <file>]… [--in-reply-to <Message-ID>]
                                     sends it to the Baton running on PORT, and waits for replies
npm start -- outbox                  lists everything that people received by SMS and email`

/** The response of the local routes to a delivery; an SMS has no `lost`. */
const delivery = z.object({
  status: z.number().nullable(),
  body: z.string().optional(),
  messageSid: z.string().optional(),
  messageId: z.string().optional(),
})

const POLL_MS = 300

/**
 * Runs `sms <number> <text>`, `email <address> <subject> <text>` or `outbox`. For any other words, if no Baton is
 * running, if it refuses the message, or if no reply comes, it throws an error that says what to do.
 */
export async function asPerson(words: readonly string[], options: PersonOptions): Promise<void> {
  const [command, from, ...rest] = words
  if (command === 'outbox' && words.length === 1) return printAll(options)
  if (command === 'sms' && from && rest.length === 1)
    return converse('sms', from, { from, text: rest[0] }, options)
  if (command === 'email' && from && rest.length === 2) {
    const [subject, text] = rest
    const { attach = [], inReplyTo } = options
    const attachments = attach.map(fileAt)
    return converse('email', from, { from, subject, text, inReplyTo, attachments }, options)
  }
  throw new Error(`Unknown command:\n\n${PEOPLE_USAGE}`)
}

async function printAll(options: PersonOptions): Promise<void> {
  const { messages } = await seen(options)
  if (messages.length === 0) options.print('Nobody has received anything yet.')
  for (const message of messages) options.print(describe(message))
}

async function converse(
  channel: OutboxMessage['channel'],
  person: string,
  body: object,
  options: PersonOptions,
): Promise<void> {
  const { print, quietMs = 8_000, maxWaitMs = 10 * 60_000 } = options
  const old = (await seen(options)).messages.length
  const given = delivery.parse(await call(options, `/local/${channel}`, body))
  if (given.status === null || given.status > 299)
    throw new Error(
      `Baton refused the message: ${given.status ?? 'no response'} ${given.body ?? ''}`.trim(),
    )
  print(`Delivered as ${given.messageSid ?? given.messageId}; waiting for a reply …`)
  const until = Date.now() + maxWaitMs
  let printed = 0
  let quietAt = until
  while (Date.now() < Math.min(until, quietAt)) {
    const replies = (await seen(options)).messages
      .slice(old)
      .filter((message) => message.channel === channel && isTo(message, person))
    for (const message of replies.slice(printed)) {
      print(describe(message))
      quietAt = Date.now() + quietMs
    }
    printed = replies.length
    await wait(POLL_MS)
  }
  if (printed === 0) throw new Error(`No reply within ${maxWaitMs / 1000} s.`)
}

const seen = async (server: Server): Promise<Outbox> =>
  outbox.parse(await call(server, '/local/outbox'))

async function call({ url, token }: Server, route: string, body?: object): Promise<unknown> {
  const response = await fetch(`${url}${route}`, {
    headers: { authorization: `Bearer ${token}` },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    const message = `No Baton is running at ${url}: run "npm start" in another terminal first.`
    throw new Error(message, { cause })
  })
  if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`)
  return response.json()
}

const isTo = ({ to }: OutboxMessage, person: string) =>
  to.toLowerCase().split(', ').includes(person.toLowerCase())

const fileAt = (file: string) => ({
  name: path.basename(file),
  contentBase64: readFileSync(file).toString('base64'),
})

function describe(message: OutboxMessage): string {
  const { at, from, to, text } = message
  const head = [`\n${message.channel === 'sms' ? 'SMS' : 'Email'} from ${from} to ${to}, ${at}`]
  if (message.channel === 'sms') return [...head, text, ...message.media].join('\n')
  const { subject, headers, attachments } = message
  const threading = Object.entries(headers)
    .filter(([name]) => ['message-id', 'in-reply-to'].includes(name.toLowerCase()))
    .map(([name, value]) => `${name}: ${value}`)
  const files = attachments.map(
    ({ name, type, size }) => `Attachment: ${name}, ${type}, ${size} bytes`,
  )
  return [...head, `Subject: ${subject}`, ...threading, '', text, ...files].join('\n')
}
