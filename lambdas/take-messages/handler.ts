/** TakeMessages: repairs the history, takes what waits, says what the run does next. */
import { writeEntries } from '../adapters/history.ts'
import { changeSession, readSession } from '../adapters/sessions.ts'
import { pauseNotice } from '../core/receipt.ts'
import { type Next, takeMessages } from '../core/run/take-messages.ts'
import { runStep } from '../run/inputs.ts'
import { openPurse, postCounts } from '../run/purse.ts'
import { settleHistory } from '../run/settle-history.ts'
import { task } from '../run/task.ts'

export const handler = task(runStep, async ({ sessionId, run }): Promise<Next> => {
  const session = await readSession(sessionId)
  if (!session) return { do: 'superseded' }
  const [written, purse] = await Promise.all([settleHistory(session), openPurse(session)])
  const taken = await changeSession(sessionId, (current) =>
    takeMessages(current, run, {
      written,
      purse,
      pauseNotice: pauseNotice(sessionId),
      now: Date.now(),
    }),
  )
  if (!taken) return { do: 'superseded' }
  const { item, answer } = taken
  await Promise.all([
    postCounts(item),
    // That the run pauses is read at once; nobody else may come to write it before somebody goes on.
    writeEntries(item, ({ seq }) => seq === item.paused?.seq),
  ])
  return answer
})
