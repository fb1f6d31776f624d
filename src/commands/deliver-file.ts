/** DELIVER_FILE: sends files that workers handed over. */
import * as z from 'zod'
import type { DeliveredFile } from '../channels/delivery.ts'
import { outboundChannel, returnAddressOf } from '../channels/index.ts'
import { artifactsOf, uploadKey } from '../core/artifacts.ts'
import type { Worker } from '../core/worker.ts'
import { type CommandContext, defineCommand, noAddress, refused, text, workerId } from './define.ts'

export const deliverFile = defineCommand({
  schema: z.object({
    type: z.literal('DELIVER_FILE'),
    to: text,
    workerId: workerId.optional(),
    paths: z.array(text).min(1).max(20),
    subject: z.string().max(500).optional(),
    message: z.string().max(64_000).optional(),
  }),
  prompt: `DELIVER_FILE {to, paths, workerId, subject, message}: sends files that workers handed over, by name, to an email
  address or (as links) to a number. The person you talk with may be the recipient.`,
  text: {
    fields: ({ field, from }) => ({
      to: field(0),
      paths: field(1)
        ?.split(',')
        .map((path) => path.trim()),
      ...(field(2) && { subject: field(2) }),
      ...(from(3) && { message: from(3) }),
    }),
  },
  deliveredText: ({ message }) => message ?? '',
  async execute({ to, subject, workerId: id, paths }, context) {
    const files = await filesOf(context, id, paths)
    if ('missing' in files)
      return refused(
        `Nothing was sent: no worker${id ? ` ${id}` : ''} has handed over ${JSON.stringify(files.missing)}. Workers hand over the files in ~/artifacts. Use the names from their reports.`,
      )
    const address = returnAddressOf(to, subject ?? 'Files')
    if (!address) return noAddress(to)
    const channel = outboundChannel(address.channel)
    if ('fileLimit' in channel && files.length > channel.fileLimit.most)
      return refused(
        `Nothing was sent: one ${channel.label} can have at most ${channel.fileLimit.most} files, because ${channel.fileLimit.reason}. Send several, or an archive.`,
      )
    return context.send(address, files)
  },
})

/** Returns the artifact at each path (the latest worker's, if several have it), or the first path that has none. */
async function filesOf(
  context: CommandContext,
  id: string | undefined,
  paths: readonly string[],
): Promise<readonly DeliveredFile[] | { readonly missing: string }> {
  const workers = id === undefined ? await context.workers() : [await context.worker(id)]
  const all = workers.flatMap((worker) => (worker ? handedOver(worker) : []))
  const found: DeliveredFile[] = []
  for (const path of paths) {
    const name = path.slice(path.lastIndexOf('/') + 1).normalize('NFC')
    const file = all.findLast((each) => each.name === name)
    if (!file) return { missing: path.slice(0, 100) }
    found.push(file)
  }
  return found
}

const handedOver = (worker: Worker): readonly DeliveredFile[] =>
  artifactsOf(worker).map((upload) => ({
    key: uploadKey(worker, upload),
    name: upload.name,
    size: upload.size,
    ...(upload.sha256 !== undefined && { sha256: upload.sha256 }),
  }))
