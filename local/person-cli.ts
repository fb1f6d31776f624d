/** Writes to the running Baton as a person by SMS or email, and prints the replies: `npm start -- sms …`. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import * as z from 'zod'
import { printable } from '../src/core/printable.ts'
import {
  findMessage,
  ignoredMessages,
  type Progress,
  progressOf,
  type SentMessage,
} from './arrived-message.ts'
import { callApi, type Server } from './local-api.ts'
import { type Outbox, type OutboxMessage, outbox } from './providers/outbox.ts'

export interface PersonOptions extends Server {
  readonly print: (line: string) => void
  /** Files to attach to an email. */
  readonly attach?: readonly string[]
  /** The Message-ID of the email to reply to. */
  readonly inReplyTo?: string | undefined
  /** How long to wait for the end of the run, in milliseconds. */
  readonly maxWaitMs?: number
}

export const PEOPLE_USAGE = `npm start -- sms "+15550100" "<text>"
npm start -- email ada@example.com "<subject>" "<text>" [--attach <file>]… [--in-reply-to <Message-ID>]
                                     sends it to the Baton running on PORT, and prints the replies until
                                     nothing is left to do
npm start -- outbox                  lists everything that people received by SMS and email`

/** The response of the local routes to a delivery; an SMS has no `lost`. */
const delivery = z.object({
  status: z.number().nullable(),
  body: z.string().optional(),
  messageSid: z.string().optional(),
  keywordReply: z.string().optional(),
  messageId: z.string().optional(),
})

const POLL_MS = 300
const ARRIVAL_MS = 60_000
const MAX_WAIT_MS = 60 * 60_000

/**
 * Runs `sms <number> <text>`, `email <address> <subject> <text>` or `outbox`. For any other words, if no Baton is
 * running, if it refuses or ignores the message, or if no reply reaches the person, it throws an error that says what
 * to do.
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
  for (const message of messages) options.print(printable(describe(message)))
}

async function converse(
  channel: OutboxMessage['channel'],
  sender: string,
  body: object,
  options: PersonOptions,
): Promise<void> {
  const { print } = options
  const old = (await seen(options)).messages.length
  const before = await ignoredMessages(options, sender)
  const sent = { channel, sender, at: Date.now() }
  const given = delivery.parse(await callApi(options, `/local/${channel}`, body))
  if (given.status === null || given.status > 299)
    throw new Error(
      `Baton refused the message: ${given.status ?? 'no response'} ${given.body ?? ''}`.trim(),
    )
  if (given.keywordReply !== undefined)
    return print(`Twilio answers this word itself, and Baton does nothing:\n${given.keywordReply}`)
  const { messages, reason } = await ignoredMessages(options, sender)
  if (messages > before.messages) throw new Error(ignoredBecause(sender, reason))
  print(`Delivered as ${given.messageSid ?? given.messageId}; waiting for the end of the run …`)
  await printReplies(sent, old, options)
}

const ignoredBecause = (person: string, reason: string) =>
  [
    `Baton ignored the message: ${person} is not on the list of people whom it answers, or is not proven (${reason}).`,
    `Put them on it: npx baton people allow ${person}; or for every start, people in baton.json or BATON_PEOPLE.`,
  ].join('\n')

/** Prints what the person receives until nothing is left to do. Throws if that is nothing, with the reason. */
async function printReplies(sent: SentMessage, old: number, options: PersonOptions): Promise<void> {
  const { print, maxWaitMs = MAX_WAIT_MS } = options
  const until = Date.now() + maxWaitMs
  let printed = 0
  const printNew = async () => {
    const replies = (await seen(options)).messages
      .slice(old)
      .filter((message) => message.channel === sent.channel && isTo(message, sent.sender))
    for (const message of replies.slice(printed)) print(printable(describe(message)))
    printed = replies.length
  }
  for (;;) {
    await printNew()
    const arrived = await findMessage(options, sent)
    const progress = arrived && (await progressOf(options, arrived, sent))
    if (progress?.isOver) {
      // Delivered between the two looks.
      await printNew()
      return end(sent, progress, printed, print)
    }
    if (!arrived && Date.now() > sent.at + ARRIVAL_MS)
      throw new Error('The message has reached no session; .local/log.txt says why.')
    if (Date.now() > until) throw new Error(`No end of the run within ${maxWaitMs / 1000} s.`)
    await wait(POLL_MS)
  }
}

function end(
  { sender }: SentMessage,
  { paused, questions, problems }: Progress,
  printed: number,
  print: PersonOptions['print'],
): void {
  if (paused !== null) print(`\nThe session is paused: ${paused} Send "continue" to go on.`)
  if (questions.length > 0)
    print(`\nWaiting for an answer: ${questions.join(', ')}. Send it in the same way.`)
  if (problems.length > 0)
    throw new Error(`Not every reply reached ${sender}: ${[...new Set(problems)].join('; ')}`)
  if (printed === 0 && paused === null) throw new Error('The run has ended without a reply.')
}

const seen = async (server: Server): Promise<Outbox> =>
  outbox.parse(await callApi(server, '/local/outbox'))

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
