/** Stores an email's attachments, and its full text if it was shortened, for the sandboxes of its session. */
import { putObject } from '../../adapters/objects.ts'
import { attachmentKey } from '../../core/attachments.ts'
import type { AttachedFile } from '../../core/message.ts'
import { safeFileName } from './file-names.ts'
import type { InboundEmail } from './inbound-email.ts'

/** As many files as one list of artifacts may have. Lambda's request limit bounds their size. */
const MOST = 20

const WHOLE = 'whole-mail.txt'

export interface Kept {
  readonly files: readonly AttachedFile[]
  /** The file with the email's full text, if `shortened` was set. It is also in `files`. */
  readonly whole?: AttachedFile
  /** How many attachments exceeded the limit. */
  readonly leftOut: number
}

/** Stores the files under names that are safe in a sandbox. Idempotent: the same email writes the same objects. */
export async function keepFiles(
  { attachments, text }: InboundEmail,
  { sessionId, folder, shortened }: { sessionId: string; folder: string; shortened: boolean },
): Promise<Kept> {
  const taken = new Set([WHOLE])
  const named = attachments.slice(0, MOST).map(({ name, content }) => {
    const safe = safeFileName(name, taken)
    taken.add(safe)
    return { file: { folder, name: safe, size: content.length }, content }
  })
  const bytes = Buffer.from(text)
  const whole = { folder, name: WHOLE, size: bytes.length }
  const all = shortened ? [...named, { file: whole, content: bytes }] : named
  await Promise.all(
    all.map(({ file, content }) => putObject(attachmentKey(sessionId, file), content)),
  )
  return {
    files: all.map(({ file }) => file),
    ...(shortened && { whole }),
    leftOut: Math.max(0, attachments.length - MOST),
  }
}
