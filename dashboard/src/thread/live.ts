/** Which workers still work. */
import type { Worker } from '../api/types.ts'

export const isLive = ({ status }: Pick<Worker, 'status'>) =>
  ['queued', 'working', 'verifying', 'reported'].includes(status)
