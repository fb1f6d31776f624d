/** Tells people that the model does not answer a job, when one of its heartbeats comes. */
import { writeEntries } from '../../src/adapters/history.ts'
import { readLedger } from '../../src/adapters/ledgers.ts'
import { logger } from '../../src/adapters/logger.ts'
import { changeSession } from '../../src/adapters/sessions.ts'
import type { JobClaims } from '../../src/core/job-token.ts'
import { jobName, troubleOfJob } from '../../src/core/ledger.ts'
import { isNotable, stillTrying } from '../../src/core/model-trouble.ts'
import type { Session } from '../../src/core/session.ts'
import type { SessionTransition } from '../../src/protocol/guards.ts'
import type { Notice } from '../../src/protocol/note-trouble.ts'

/** Adds a notice if the model has not answered the job for a while. A failure is only logged: the job goes on. */
export async function noteModelTrouble(
  claims: JobClaims,
  { who }: { who?: string },
  note: (session: Session, notice: Notice) => SessionTransition<boolean>,
): Promise<void> {
  try {
    const now = Date.now()
    const trouble = troubleOfJob(await readLedger(claims.session), jobName(claims))
    if (!trouble || !isNotable(trouble, now)) return
    const notice = { text: stillTrying(trouble, who), at: new Date(now).toISOString() }
    const noted = await changeSession(claims.session, (session) => note(session, notice))
    if (noted?.output) await writeEntries(noted.item, ({ seq }) => seq === noted.item.lastSeq)
  } catch (error) {
    logger.warn('the trouble of the model was not noted', { error })
  }
}
