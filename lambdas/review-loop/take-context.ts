/** What a decision about the next step of a run needs, besides the session. */
import { sessionWorkers } from '../../src/adapters/workers.ts'
import { workText } from '../../src/core/decision-question.ts'
import { pauseNotice } from '../../src/core/receipt.ts'
import type { Session } from '../../src/core/session.ts'
import { currentLeg } from '../../src/core/worker.ts'
import { reportArrived } from '../../src/protocol/guards.ts'
import { mayPause, type TakeContext } from '../../src/protocol/take-messages.ts'
import { loadBudgetCheck } from '../../src/use-cases/load-budget-check.ts'

/** Returns the budgets for a turn that is about to begin, and what a person reads if the run pauses at one. */
export async function budgetContext(
  session: Session,
): Promise<Required<Pick<TakeContext, 'budgetCheck' | 'pauseNotice'>>> {
  const budgetCheck = await loadBudgetCheck(session)
  const work = mayPause(session, budgetCheck) ? await workOf(session) : []
  return { budgetCheck, pauseNotice: pauseNotice(session.sessionId, work) }
}

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
