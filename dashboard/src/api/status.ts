/** What the status says about everything else. */
import type { Status } from './types.ts'

/** Whether anything is under way. */
export const isBusy = ({ status, workers }: Status) => status === 'online' || workers.length > 0

/** Changes when something has happened anywhere, not with each tool call. */
export const signOf = ({ status, conductor, workers, outgoing }: Status) =>
  JSON.stringify([
    status,
    outgoing,
    conductor?.sessionId,
    conductor?.lastActivity,
    workers.map(({ sessionId, workerId, status: state }) => [sessionId, workerId, state]),
  ])
