/** The S3 keys of email attachments. */
import type { AttachedFile } from './message.ts'

export const attachmentKey = (
  sessionId: string,
  { folder, name }: Pick<AttachedFile, 'folder' | 'name'>,
) => `attachments/${sessionId}/${folder}/${name}`
