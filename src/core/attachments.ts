/** Files that came with mails: where they lie in the bucket. */
import type { AttachedFile } from './message.ts'

export const attachmentKey = (
  sessionId: string,
  { folder, name }: Pick<AttachedFile, 'folder' | 'name'>,
) => `attachments/${sessionId}/${folder}/${name}`
