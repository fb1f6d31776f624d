/** The button that ends a worker; it asks first. */
import type { Worker } from '../api/types.ts'
import { endWorker } from './actions.ts'

interface Props {
  worker: Pick<Worker, 'sessionId' | 'workerId'>
  /** Called when it has ended. */
  refresh: () => void
}

export const EndWorker = ({ worker: { sessionId, workerId }, refresh }: Props) => (
  <button
    type="button"
    class="danger-quiet"
    onClick={() => endWorker(sessionId, workerId, refresh)}
  >
    End …
  </button>
)
