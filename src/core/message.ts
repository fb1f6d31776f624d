/** A message's body: what was said, by whom, and where the answer goes; stored under the message's id before the session hears of it. */
import * as z from 'zod'
import { CHANNELS, channel, type ReturnAddress, returnAddress } from '../channels/index.ts'
import { slashCommand } from './slash-command.ts'

/** A file that came with a mail: it lies in the bucket, and in every sandbox of its session. */
export const attachedFile = z.object({
  /** Below `~/attachments/` in a sandbox, so that two files of one name do not meet. */
  folder: z.string(),
  name: z.string(),
  size: z.number(),
})
export type AttachedFile = z.infer<typeof attachedFile>

/** Where answers go to what this message is about; nobody where all of them read the history. */
const replyTo = z.array(returnAddress).readonly().optional()

export const body = z.discriminatedUnion('from', [
  z.object({
    from: z.literal('person'),
    channel,
    text: z.string(),
    at: z.string(),
    replyTo,
    /** The number or address that was proven to be the sender's. */
    sender: z.string().optional(),
    subject: z.string().optional(),
    files: z.array(attachedFile).readonly().optional(),
    /** Of a mail that was shortened: the whole of it, one of its files. */
    whole: attachedFile.optional(),
    /** It raises the budget at which the run paused. */
    raises: z.boolean().optional(),
    /** It is for Baton itself: the conductor never sees it. */
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
    /** How long the leg's sandbox ran, and whether the leg came to no good end. */
    seconds: z.number().optional(),
    failed: z.boolean().optional(),
  }),
  z.object({ from: z.literal('system'), text: z.string(), at: z.string(), replyTo }),
])
export type Body = z.infer<typeof body>
export type PersonBody = Extract<Body, { from: 'person' }>

/** The header under which the conductor sees it. */
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

/** Where a file lies in a sandbox, below its home. */
export const pathOf = ({ folder, name }: Pick<AttachedFile, 'folder' | 'name'>) =>
  `attachments/${folder}/${name}`

/** What the conductor is shown of it: a person's words under who they are, what about, and what came with them. */
export function shownText(message: Body): string {
  if (message.from !== 'person') return message.text
  const { sender, subject, files = [], whole, text } = message
  const lines = [
    ...(sender === undefined ? [] : [`From: ${sender}`]),
    ...(subject === undefined ? [] : [`Subject: ${subject}`]),
    ...files.map((file) => `Attached: ~/${pathOf(file)} (${file.size} bytes)`),
    ...(whole ? [`It was shortened, the whole mail is ~/${pathOf(whole)}`] : []),
  ]
  return lines.length > 0 ? `${lines.join('\n')}\n\n${text}` : text
}

/** Everybody whom an answer to these messages is for, each once, by the latest address to answer to. */
export function replyAddresses(bodies: readonly Body[]): readonly ReturnAddress[] {
  const all = bodies.flatMap(({ replyTo = [] }) => replyTo)
  return [...new Map(all.map((asker) => [`${asker.channel} ${asker.address}`, asker])).values()]
}
