/** Records every request of a function to a service, with its start and end. */
import type { FunctionCall, Intercept } from '../../packages/local-aws/src/index.ts'
import { now } from './now.ts'

export interface Call extends Omit<FunctionCall, 'freeze' | 'crash'> {
  readonly began: number
  /** Undefined while it is in progress. */
  ended?: number
}

export interface CallRecorder {
  readonly intercept: Intercept
  readonly calls: readonly Call[]
  /** Number of requests in progress. */
  readonly pending: number
}

/** `around` is called instead of `perform`, to observe more of a request. */
export function recordCalls(around: Intercept = (_, perform) => perform()): CallRecorder {
  const calls: Call[] = []
  return {
    calls,
    get pending() {
      return calls.filter(({ ended }) => ended === undefined).length
    },
    intercept: async (call, perform) => {
      const { functionId, event, service, operation, body } = call
      const recorded: Call = { functionId, event, service, operation, body, began: now() }
      calls.push(recorded)
      try {
        await around(call, perform)
      } finally {
        recorded.ended = now()
      }
    },
  }
}

/** Whether a request goes to E2B: to its control plane, or to the daemon of a sandbox. */
export const isSandboxCall = ({ service }: Pick<Call, 'service'>) => service.startsWith('E2B_')
