/** Asynchronous invocation: the caller does not wait, and a function that fails is tried again. */
import type { Clock } from './clock.ts'
import type { LambdaHost } from './lambda-host.ts'
import type { Declared } from './stack.ts'

/** Lambda waits a minute before the first retry and two before the second. */
const retryAfterMs = [60_000, 120_000]

export interface AsyncInvoker {
  /** Invokes a function and sees to its retries. */
  invoke(functionArn: string, event: unknown): void
  /** Gives up retries that are still to come. */
  close(): void
}

/** The invoker; `configs` limit the retries of some functions, two is what all others get. */
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
    if (wait === undefined) return log(`[${name}] The event is given up after ${before + 1} tries`)
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
