/** Stops a session's run, its CLI job and its workers. The history stays. */
import { writeEntries } from '../adapters/history.ts'
import { readLedger } from '../adapters/ledgers.ts'
import { changeSession, readSession } from '../adapters/sessions.ts'
import { stopRun } from '../protocol/lifecycle.ts'
import { endRun } from './end-run.ts'
import { postRun } from './post-usage.ts'

/** Returns which run was stopped and which workers ended, or undefined if there is no such session. */
export async function stopSession(
  sessionId: string,
): Promise<{ run: number; workers: readonly string[] } | undefined> {
  if (!(await readSession(sessionId))) return undefined
  const at = new Date().toISOString()
  const text =
    'Stopped. Everything that was running is being ended. Waiting messages will not be answered. A new message starts a new run.'
  const { total: models } = await readLedger(sessionId)
  const stopped = await changeSession(sessionId, (session) =>
    stopRun(session, text, { models, at }),
  )
  if (!stopped) return undefined
  const [workers] = await Promise.all([
    endRun(sessionId, stopped.output, 'the operator'),
    writeEntries(stopped.item),
  ])
  // Read again, because requests may have been under way.
  await postRun(stopped.item, await readLedger(sessionId))
  return { run: stopped.output.run, workers }
}
