/** What the API shows of claims and verdicts. */
import type { WorkerDetail } from '../contract/api/worker.ts'
import type { WorkerReport } from '../contract/review.ts'
import { criteriaOf, isChangedAfter } from './criteria.ts'
import type { Worker } from './worker.ts'

/** Returns the claims of a report without its text, which the history shows. */
export const claimsView = ({ report: _, ...claims }: WorkerReport) => claims

/** Returns a worker's criteria with their state, and the verdicts on its legs. */
export function reviewView(worker: Worker): WorkerDetail['review'] {
  const { verdicts = [], criteriaChanges = [] } = worker
  const last = verdicts.at(-1)
  const isChanged = (id: string) => isChangedAfter(worker, id, last?.leg ?? 0)
  return {
    criteria: criteriaOf(worker).map(({ id, text }) => {
      const status = last?.criteria.find((finding) => finding.id === id)?.status
      return { id, text, status: status === undefined || isChanged(id) ? null : status }
    }),
    changes: criteriaChanges,
    verdicts,
  }
}
