/** Links to a session's attachments for a job. Every sandbox of the session has them in the same place. */

import { readLink } from '../../src/adapters/objects.ts'
import type { Job } from '../../src/contract/runner.ts'
import { attachmentKey } from '../../src/core/attachments.ts'
import { pathOf } from '../../src/core/message.ts'
import type { Session } from '../../src/core/session.ts'

/** Long enough, because they are fetched before the CLI starts. */
export const DOWNLOAD_SECONDS = 10 * 60

export const attachments = ({
  sessionId,
  files = [],
}: Pick<Session, 'sessionId' | 'files'>): Promise<NonNullable<Job['downloads']>> =>
  Promise.all(
    files.map(async (file) => ({
      path: pathOf(file),
      url: await readLink(attachmentKey(sessionId, file), DOWNLOAD_SECONDS),
      size: file.size,
      unchanging: true,
    })),
  )
