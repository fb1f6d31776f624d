/** Asks about workers that nobody decides on, closes the run if nothing is outstanding, and pauses the conductor's sandbox. */
import { writeEntries } from '../../src/adapters/history.ts'
import { readLedger } from '../../src/adapters/ledgers.ts'
import { logger } from '../../src/adapters/logger.ts'
import { changeSession } from '../../src/adapters/sessions.ts'
import type { Session } from '../../src/core/session.ts'
import { takeAndClose } from '../../src/protocol/combined.ts'
import { takeMessages } from '../../src/protocol/take-messages.ts'
import { pauseConductor } from '../../src/use-cases/conductor-sandbox.ts'
import { postRun } from '../../src/use-cases/post-usage.ts'
import { askAboutStranded } from '../../src/use-cases/worker-bound.ts'
import type { RunWork } from './run-work.ts'

/** Returns that the run is closed, or the session in which something else is to be done first. */
export async function closeRun(
  session: Session,
  { run, entries, marked }: RunWork,
): Promise<{ readonly left?: { readonly do: 'closed' }; readonly session?: Session }> {
  const now = Date.now()
  const written = { entries, marked }
  const finish = (current: Session) => takeMessages(current, run, { written, now }).item
  const [asked, ledger] = await Promise.all([
    askAboutStranded(session, run, finish),
    readLedger(session.sessionId),
  ])
  const context = {
    written,
    now,
    account: { models: ledger.total, at: new Date(now).toISOString() },
  }
  const closed = await changeSession(asked, (current) => takeAndClose(current, run, context))
  if (!closed) return {}
  const { item, output } = closed
  if (output.do !== 'closed') return { session: item }
  const [last] = await Promise.all([
    writeEntries(item, ({ kind }) => kind === 'receipt' || kind === 'notice'),
    postRun(item, ledger),
  ])
  await pause(item, run, last)
  return CLOSED
}

const CLOSED = { left: { do: 'closed' } } as const

/** Finishes a run that an earlier attempt has closed before it died. This one has begun by writing the last entries. */
export async function finishClosed(
  session: Session,
  { run, entries }: RunWork,
): Promise<typeof CLOSED> {
  await postRun(session, await readLedger(session.sessionId))
  await pause(session, run, entries)
  return CLOSED
}

/** If pausing fails, the sandbox pauses itself at the end of its hour. That costs money but loses no work. */
async function pause(session: Session, run: number, written: ReadonlySet<number>): Promise<void> {
  const { sandboxId } = session.conductor
  if (sandboxId === undefined) return
  await pauseConductor(session, run, { sandboxId, written }).catch((error: unknown) =>
    logger.warn('sandbox not paused', { error }),
  )
}
