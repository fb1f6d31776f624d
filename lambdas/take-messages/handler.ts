/** TakeMessages: repairs the history, takes what waits, says what the run does next. */
import { markAppended } from '../adapters/bodies.ts'
import { writeEntries } from '../adapters/history.ts'
import { changeSession, readSession } from '../adapters/sessions.ts'
import { type Next, takeMessages, tooOld } from '../core/run/take-messages.ts'
import { runStep } from '../run/inputs.ts'
import { task } from '../run/task.ts'

export const handler = task(runStep, async ({ sessionId, run }): Promise<Next> => {
  const session = await readSession(sessionId)
  if (!session) return { do: 'superseded' }
  const forgotten = tooOld(session)
  const [entries] = await Promise.all([
    writeEntries(session),
    ...forgotten.map(({ id, seq }) => markAppended(sessionId, id, seq)),
  ])
  const written = { entries, marked: new Set(forgotten.map(({ id }) => id)) }
  const taken = await changeSession(sessionId, (current) =>
    takeMessages(current, run, { written, now: Date.now() }),
  )
  return taken?.answer ?? { do: 'superseded' }
})
