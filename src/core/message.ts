/**
 * A message's body: text, author and return addresses. It is stored under the message's id before the session learns of
 * it.
 */
import * as z from 'zod'
import { CHANNELS, channel, type ReturnAddress, returnAddress } from '../channels/index.ts'
import { verification, workerReport } from '../contract/review.ts'
import { pausedDecision, slashCommand } from './slash-command.ts'
import { legOutcome } from './worker.ts'

/** An email attachment. It is stored in the bucket and copied to every sandbox of its session. */
export const attachedFile = z.object({
  /** The folder below `~/attachments/` in a sandbox; it keeps files of the same name apart. */
  folder: z.string(),
  name: z.string(),
  size: z.number(),
})
export type AttachedFile = z.infer<typeof attachedFile>

/** Where replies to this message are sent. Empty if its readers all read the history. */
const replyTo = z.array(returnAddress).readonly().optional()

export const body = z.discriminatedUnion('from', [
  z.object({
    from: z.literal('person'),
    channel,
    text: z.string(),
    at: z.string(),
    replyTo,
    /** The sender's number or address, if it was proven. */
    sender: z.string().optional(),
    subject: z.string().optional(),
    files: z.array(attachedFile).readonly().optional(),
    /** For a shortened email: the file with its full text. */
    whole: attachedFile.optional(),
    /** The first line is the bare word "continue": in a paused session it is the slash command. */
    raises: z.boolean().optional(),
    /** The first line is one of the other bare words that decide in a paused session what becomes of the work. */
    ifPaused: pausedDecision.optional(),
    /** Set if the message is a slash command, which the conductor never sees. */
    slashCommand: slashCommand.optional(),
    /** The open question that it answers, if that was named outside the text: by the API, or from another session. */
    question: z.string().optional(),
    /** The open question of another session that it answers. It is passed on to that session. */
    elsewhere: z.object({ sessionId: z.string(), question: z.string() }).optional(),
  }),
  z.object({
    from: z.literal('worker'),
    workerId: z.string(),
    leg: z.number(),
    run: z.number(),
    text: z.string(),
    at: z.string(),
    replyTo,
    /** How long the leg's sandbox ran, whether the leg failed, and how it ended. */
    seconds: z.number().optional(),
    failed: z.boolean().optional(),
    outcome: legOutcome.optional(),
    /** The version of the prompt that the worker got. */
    prompt: z.string().optional(),
    /** What the worker claims, if it ended with structured output. */
    claims: workerReport.optional(),
    /** What an independent verifier found, if there was one. */
    verification: verification.optional(),
  }),
  z.object({ from: z.literal('system'), text: z.string(), at: z.string(), replyTo }),
])
export type Body = z.infer<typeof body>
export type PersonBody = Extract<Body, { from: 'person' }>

/** Returns the header under which the conductor sees the message. */
export function headerOf(message: Body): string {
  switch (message.from) {
    case 'person':
      return CHANNELS[message.channel].header
    case 'worker':
      return `WORKER:${message.workerId}`
    case 'system':
      return 'SYSTEM'
    default:
      return message satisfies never
  }
}

/** The path of an attachment in a sandbox, relative to the home folder. */
export const pathOf = ({ folder, name }: Pick<AttachedFile, 'folder' | 'name'>) =>
  `attachments/${folder}/${name}`

/** Returns the text that the conductor sees: for a person, the sender, subject and attachments, then the message. */
export const shownText = (message: Body): string => withHead(message, message.text)

/** Returns `text`, for a person below the lines with the sender, subject and attachments of the message. */
export function withHead(message: Body, text: string): string {
  if (message.from !== 'person') return text
  const { sender, subject, files = [], whole } = message
  const lines = [
    ...(sender === undefined ? [] : [`From: ${sender}`]),
    ...(subject === undefined ? [] : [`Subject: ${subject}`]),
    ...files.map((file) => `Attached: ~/${pathOf(file)} (${file.size} bytes)`),
    ...(whole ? [`This email was shortened. Its full text: ~/${pathOf(whole)}`] : []),
  ]
  return lines.length > 0 ? `${lines.join('\n')}\n\n${text}` : text
}

/** Returns the return addresses of these messages, each once. */
export function replyAddresses(bodies: readonly Body[]): readonly ReturnAddress[] {
  const all = bodies.flatMap(({ replyTo = [] }) => replyTo)
  return [...new Map(all.map((asker) => [`${asker.channel} ${asker.address}`, asker])).values()]
}
