/** The commands that send something to people: checked here, then put on the outbox under the command's name. */
import { isAllowed } from '../adapters/contacts.ts'
import { env } from '../adapters/environment.ts'
import { enqueueDelivery, type OutboxMessage } from '../adapters/queues.ts'
import { readWorker, sessionWorkers } from '../adapters/workers.ts'
import { emailAddress, phoneNumber } from '../channels/address.ts'
import type { DeliveredFile, ReturnAddress } from '../channels/delivery.ts'
import { artifactsOf, uploadKey } from '../core/artifacts.ts'
import type { Worker } from '../core/worker.ts'
import type { Command } from './command.ts'
import { type CommandContext, type CommandOutcome, refused } from './execute.ts'

/** A link and its file's name take up to two segments. */
const MOST_BY_SMS = 3

type Of<Type extends Command['type']> = Extract<Command, { type: Type }>

export const sendEmail = ({ to, subject }: Of<'SEND_EMAIL'>, context: CommandContext) =>
  sendTo(mailTo(to, subject), to, context)

export const sendSms = ({ to }: Of<'SEND_SMS'>, context: CommandContext) =>
  sendTo(smsTo(to), to, context)

export async function deliverFile(
  command: Of<'DELIVER_FILE'>,
  context: CommandContext,
): Promise<CommandOutcome> {
  const { to, subject, workerId, paths } = command
  const files = await filesOf(context.sessionId, workerId, paths)
  if ('missing' in files)
    return refused(
      `DELIVER_FILE was not done: no worker${workerId ? ` ${workerId}` : ''} has handed over ${JSON.stringify(files.missing)}. Workers hand over what they put into ~/artifacts; give names as their reports have them.`,
    )
  const number = smsTo(to)
  if (number && files.length > MOST_BY_SMS)
    return refused(
      `DELIVER_FILE was not done: by SMS go at most ${MOST_BY_SMS} files, each as a link. Send several, or an archive.`,
    )
  return sendTo(number ?? mailTo(to, subject ?? 'Files'), to, context, files)
}

const smsTo = (to: string): ReturnAddress | undefined => {
  const address = phoneNumber(to)
  return address === undefined ? undefined : { channel: 'sms', address }
}

const mailTo = (to: string, subject: string): ReturnAddress | undefined => {
  const address = emailAddress(to)
  return address === undefined ? undefined : { channel: 'email', address, subject }
}

/** To people on the list and nobody else, whatever the conductor was talked into. */
async function sendTo(
  to: ReturnAddress | undefined,
  given: string,
  context: CommandContext,
  files?: readonly DeliveredFile[],
): Promise<CommandOutcome> {
  if (!to)
    return refused(
      `Nothing was sent: ${JSON.stringify(given.slice(0, 100))} is no number like +15550100 and no mail address.`,
    )
  const own = env(to.channel === 'sms' ? 'SMS_NUMBER' : 'EMAIL_ADDRESS')
  if (own === undefined)
    return refused(`Nothing was sent: ${to.channel} is not configured in this deployment.`)
  if (to.address === own) return refused('Nothing was sent: that is our own address.')
  if (!(await isAllowed(to.address)))
    return refused(
      `Nothing was sent: ${to.address} is not among those who may be written to. Only the operator can change that list.`,
    )
  const { sessionId, entry, commandId } = context
  const delivery: OutboxMessage = {
    sessionId,
    seq: entry,
    name: commandId,
    to,
    ...(files && { files: [...files] }),
  }
  await enqueueDelivery(delivery)
  return { status: 'done', outcome: `on its way to ${to.address}` }
}

/** Each path's artifact, of several workers the latest one's; or the first path that is none. */
async function filesOf(
  sessionId: string,
  workerId: string | undefined,
  paths: readonly string[],
): Promise<readonly DeliveredFile[] | { readonly missing: string }> {
  const workers =
    workerId === undefined
      ? await sessionWorkers(sessionId)
      : [await readWorker(sessionId, workerId)]
  const all = workers.flatMap((worker) => (worker ? handedOver(worker) : []))
  const found: DeliveredFile[] = []
  for (const path of paths) {
    const name = path.slice(path.lastIndexOf('/') + 1)
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
  }))
