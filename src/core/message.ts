/**
 * A message's body: text, author and return addresses. It is stored under the message's id before the session learns of
 * it.
 */
import * as z from 'zod'
import { CHANNELS, channel, type ReturnAddress, returnAddress } from '../channels/index.ts'
import { slashCommand } from './slash-command.ts'

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
    /** Whether it raises the budget at which the run paused. */
    raises: z.boolean().optional(),
    /** Set if the message is a slash command, which the conductor never sees. */
    slashCommand: slashCommand.optional(),
  }),
  z.object({
    from: z.literal('worker'),
    workerId: z.string(),
    leg: z.number(),
    run: z.number(),
    text: z.string(),
    at: z.string(),
    replyTo,
    /** How long the leg's sandbox ran, and whether the leg failed. */
    seconds: z.number().optional(),
    failed: z.boolean().optional(),
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
export function shownText(message: Body): string {
  if (message.from !== 'person') return message.text
  const { sender, subject, files = [], whole, text } = message
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
