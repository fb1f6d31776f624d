/** Stores an email's attachments, and its full text if it is shortened, for the sandboxes of its session. */
import { putObject } from '../../adapters/objects.ts'
import { attachmentKey } from '../../core/attachments.ts'
import type { AttachedFile } from '../../core/message.ts'
import { safeFileName } from './file-names.ts'
import type { InboundEmail } from './inbound-email.ts'

/** As many files as one list of artifacts may have. Lambda's request limit bounds their size. */
const MOST = 20

const WHOLE = 'whole-email.txt'

export interface Kept {
  readonly files: readonly AttachedFile[]
  /** How many attachments exceeded the limit. */
  readonly leftOut: number
}

/** Returns the folder of a message's files. It is part of paths in sandboxes, so it is short. */
const folderOf = (messageId: string) => messageId.slice(5, 17).replaceAll(/[^A-Za-z0-9]/g, 'x')

/** Stores an email's full text. */
export async function keepWhole(
  sessionId: string,
  messageId: string,
  text: string,
): Promise<AttachedFile> {
  const bytes = Buffer.from(text)
  const whole = { folder: folderOf(messageId), name: WHOLE, size: bytes.length }
  await putObject(attachmentKey(sessionId, whole), bytes)
  return whole
}

/** Stores the files under names that are safe in a sandbox. Idempotent: the same email writes the same objects. */
export async function keepFiles(
  {
    attachments,
    attachmentCount = attachments.length,
  }: Pick<InboundEmail, 'attachments' | 'attachmentCount'>,
  { sessionId, messageId }: { sessionId: string; messageId: string },
): Promise<Kept> {
  const folder = folderOf(messageId)
  const taken = new Set([WHOLE])
  const named = attachments.slice(0, MOST).map(({ name, content }) => {
    const safe = safeFileName(name, taken)
    taken.add(safe)
    return { file: { folder, name: safe, size: content.length }, content }
  })
  await Promise.all(
    named.map(({ file, content }) => putObject(attachmentKey(sessionId, file), content)),
  )
  return {
    files: named.map(({ file }) => file),
    leftOut: Math.max(0, attachmentCount - MOST),
  }
}
