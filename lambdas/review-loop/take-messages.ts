/** TakeMessages: writes pending history entries, takes waiting messages, and decides what the run does next. */
import { writeEntries } from '../../src/adapters/history.ts'
import { changeSession, readSession } from '../../src/adapters/sessions.ts'
import { sessionWorkers } from '../../src/adapters/workers.ts'
import { workText } from '../../src/core/decision-question.ts'
import { pauseNotice } from '../../src/core/receipt.ts'
import type { Session } from '../../src/core/session.ts'
import { currentLeg } from '../../src/core/worker.ts'
import { reportArrived } from '../../src/protocol/guards.ts'
import { mayPause, type Next, takeMessages } from '../../src/protocol/take-messages.ts'
import { task } from '../../src/triggers/task.ts'
import { runInput } from '../../src/triggers/task-input.ts'
import { flushHistory } from '../../src/use-cases/flush-history.ts'
import { loadBudgetCheck } from '../../src/use-cases/load-budget-check.ts'
import { postForBudgets } from '../../src/use-cases/post-usage.ts'

export const takeMessagesTask = task(runInput, async ({ sessionId, run }): Promise<Next> => {
  const session = await readSession(sessionId)
  if (!session) return { do: 'superseded' }
  const [written, budgetCheck] = await Promise.all([
    flushHistory(session),
    loadBudgetCheck(session),
  ])
  const work = mayPause(session, budgetCheck) ? await workOf(session) : []
  const taken = await changeSession(sessionId, (current) =>
    takeMessages(current, run, {
      written,
      budgetCheck,
      pauseNotice: pauseNotice(sessionId, work),
      now: Date.now(),
    }),
  )
  if (!taken) return { do: 'superseded' }
  const { item, output } = taken
  await Promise.all([
    postForBudgets(item),
    // Write the pause notice now, because nothing else may write it before a person continues the session.
    writeEntries(item, ({ seq }) => seq === item.paused?.seq),
  ])
  return output
})

/** So many workers are shown with a pause. */
const SHOWN = 10

/** Returns what there is of the work of the latest live workers. A session without workers costs no request. */
async function workOf(session: Session): Promise<readonly string[]> {
  if (session.lastWorker === 0) return []
  const live = (await sessionWorkers(session.sessionId)).filter((worker) => worker.live)
  return live
    .slice(-SHOWN)
    .map((worker) => workText(worker, reportArrived(session, worker.workerId, currentLeg(worker))))
}
