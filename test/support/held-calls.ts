/** Holds selected requests of functions, so that a test decides which side of a race comes first. */
import type { FunctionCall, Intercept } from '../../packages/local-aws/src/index.ts'
import { operationOf, sessionOf, stepOf } from './function-calls.ts'
import { PATIENT } from './patience.ts'

export interface Wanted {
  readonly session: string
  /** The step that sends it, such as `CloseRun`. */
  readonly step: string
  /** The end of its name: `dynamodb UpdateItem`, `POST /v2/sandboxes`, … */
  readonly operation: string
  /** Text that the request's body contains. */
  readonly about?: string
}

export interface Held {
  /** Resolves with the request once it has come. Rejects if none comes in time. */
  readonly arrived: Promise<FunctionCall>
  /** Lets it pass. */
  release(): void
  /** Kills the process that sent it before the request is performed. */
  crash(): void
}

export interface HeldCalls {
  readonly intercept: Intercept
  /** Holds the next request of this kind, one only. */
  hold(wanted: Wanted): Held
}

type Verdict = (call: FunctionCall, perform: () => Promise<void>) => Promise<void>

interface Hold {
  readonly wanted: Wanted
  readonly arrive: (call: FunctionCall) => void
  readonly verdict: Promise<Verdict>
}

export function heldCalls(): HeldCalls {
  const holds: Hold[] = []
  return {
    intercept: async (call, perform) => {
      const i = holds.findIndex(({ wanted }) => isWanted(call, wanted))
      const [held] = i < 0 ? [] : holds.splice(i, 1)
      if (!held) return perform()
      held.arrive(call)
      const verdict = await held.verdict
      await verdict(call, perform)
    },
    hold: (wanted) => {
      const arrived = Promise.withResolvers<FunctionCall>()
      const verdict = Promise.withResolvers<Verdict>()
      const timer = setTimeout(() => {
        arrived.reject(new Error(`nobody came: ${JSON.stringify(wanted)}`))
      }, PATIENT.timeout)
      const arrive = (call: FunctionCall) => {
        clearTimeout(timer)
        arrived.resolve(call)
      }
      holds.push({ wanted, arrive, verdict: verdict.promise })
      return {
        arrived: arrived.promise,
        release: () => verdict.resolve((_, perform) => perform()),
        crash: () => verdict.resolve(async (call) => call.crash()),
      }
    },
  }
}

const isWanted = (call: FunctionCall, { session, step, operation, about = '' }: Wanted) =>
  stepOf(call) === step &&
  `${call.service} ${operationOf(call)}`.endsWith(operation) &&
  call.body.includes(about) &&
  sessionOf(call, [session]) !== undefined
