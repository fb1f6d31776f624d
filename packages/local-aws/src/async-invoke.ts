/** Asynchronous invocation: the caller does not wait, and a failed event is retried. */
import type { Clock } from './clock.ts'
import type { LambdaHost } from './lambda-host.ts'
import type { Declared } from './stack.ts'

/** Lambda waits a minute before the first retry and two before the second. */
const retryAfterMs = [60_000, 120_000]

export interface AsyncInvoker {
  /** Invokes a function and retries it when it fails. */
  invoke(functionArn: string, event: unknown): void
  /** Cancels pending retries. */
  close(): void
}

/** Returns the invoker. A function gets two retries unless `configs` set fewer. */
export function asyncInvoker(
  lambda: Pick<LambdaHost, 'invoke'>,
  configs: readonly Declared<'AWS::Lambda::EventInvokeConfig'>[],
  clock: Clock,
  log: (line: string) => void,
): AsyncInvoker {
  const retries = new Map(
    configs.map(({ properties }) => [properties.FunctionName, properties.MaximumRetryAttempts]),
  )
  const cancels = new Set<() => void>()
  let closed = false
  const attempt = async (functionArn: string, event: unknown, before: number): Promise<void> => {
    const outcome = await lambda.invoke(functionArn, event)
    if (outcome.ok || closed) return
    const name = functionArn.split(':').at(-1) ?? functionArn
    const wait = before < (retries.get(name) ?? 2) ? retryAfterMs[before] : undefined
    if (wait === undefined)
      return log(`[${name}] The event is dropped after ${before + 1} attempts`)
    const cancel = clock.after(wait, () => {
      cancels.delete(cancel)
      void attempt(functionArn, event, before + 1)
    })
    cancels.add(cancel)
  }
  return {
    invoke: (functionArn, event) => void attempt(functionArn, event, 0),
    close: () => {
      closed = true
      for (const cancel of cancels) cancel()
    },
  }
}
