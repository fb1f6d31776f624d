/** Prepares an email: in its thread if it is a reply, with files attached while they fit and linked otherwise. */
import { createHash } from 'node:crypto'
import { rememberThread } from '../../adapters/contacts.ts'
import { readObject } from '../../adapters/objects.ts'
import type { OutboxMessage } from '../../adapters/queues.ts'
import { secret } from '../../adapters/secrets.ts'
import { linkToFile } from '../../adapters/short-links.ts'
import type { DeliveredFile, PreparedDelivery } from '../delivery.ts'
import type { DeliveryContent } from '../delivery-content.ts'
import type { EmailReturn } from './channel.ts'
import { composeEmail } from './compose.ts'
import { SENDER_NAME } from './sender-name.ts'
import { postEmail } from './sendgrid.ts'
import { ownMessageId } from './thread.ts'

/** Limit for all attachments of an email, before base64 adds a third: SendGrid accepts 30 MB, some mailboxes 25 MB. */
const ATTACHED_BYTES = 15_000_000

export async function prepareEmail(
  delivery: OutboxMessage & { readonly to: EmailReturn },
  { text }: DeliveryContent,
  from: string,
): Promise<PreparedDelivery | { readonly problem: string }> {
  const { sessionId, seq, name, to, files = [] } = delivery
  const { attached, linked } = fitting(files)
  const links = await Promise.all(linked.map((file) => linkToFile(sessionId, file)))
  const attachments = await Promise.all(attached.map(attachmentOf))
  const gone = attachments.find((each) => each.content === undefined)
  if (gone) return { problem: `the file ${gone.name} is no longer stored` }
  const changed = attachments.find(({ isSame }) => !isSame)
  if (changed) return { problem: `the file ${changed.name} has changed since it was handed over` }
  const messageId = ownMessageId(
    await secret('LINK_KEY_SECRET'),
    { sessionId, seq, name },
    from.slice(from.lastIndexOf('@') + 1),
  )
  const email = composeEmail({
    from: { email: from, name: SENDER_NAME },
    to,
    text: [text, ...links.map(({ url }, i) => `- ${linked[i]?.name}: ${url}`)].join('\n\n'),
    messageId,
    customId: `${sessionId}/${seq}/${name}`,
    attachments: attachments.flatMap(({ name, content }) =>
      // The type keeps browsers from opening a sandbox's file as a page.
      content ? [{ name, type: 'application/octet-stream', content }] : [],
    ),
  })
  // Do this before the delivery is claimed: a failure here is tried again, a later one leaves the delivery in doubt.
  await Promise.all([rememberThread(messageId, sessionId), ...links.map((link) => link.open())])
  return {
    send: () => postEmail(email),
    // SendGrid's search for sent emails is a paid feature that few accounts have.
    find: async () => 'unknown',
  }
}

async function attachmentOf({ name, key, sha256 }: DeliveredFile) {
  const content = await readObject(key)
  const isSame =
    sha256 === undefined ||
    (content !== undefined && createHash('sha256').update(content).digest('base64') === sha256)
  return { name, content, isSame }
}

function fitting(files: readonly DeliveredFile[]) {
  const attached: DeliveredFile[] = []
  const linked: DeliveredFile[] = []
  let bytes = 0
  for (const file of files) {
    const fits = bytes + file.size <= ATTACHED_BYTES
    if (fits) bytes += file.size
    const place = fits ? attached : linked
    place.push(file)
  }
  return { attached, linked }
}
