/** What comes with a mail, kept where the sandboxes of its session get it from: attachments, and what was left out of its text. */
import { putObject } from '../../adapters/objects.ts'
import { attachmentKey } from '../../core/attachments.ts'
import type { AttachedFile } from '../../core/message.ts'
import { safeFileName } from './file-names.ts'
import type { InboundEmail } from './inbound-email.ts'

/** As many as one artifact list has; the mail itself is bounded by what Lambda takes. */
const MOST = 20

const WHOLE = 'whole-mail.txt'

export interface Kept {
  readonly files: readonly AttachedFile[]
  /** One of the files: the mail's whole text, where `shortened` says so. */
  readonly whole?: AttachedFile
  /** How many attachments were too many. */
  readonly leftOut: number
}

/** Under names that are safe in a sandbox. The same mail again puts the same objects again. */
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
