/** What executions need of the world around them. */
import type { Clock } from '../../clock.ts'
import type { Execution } from '../execution.ts'
import type { Expressions } from '../expression.ts'
import type { HistoryEvent } from '../history.ts'
import type { LambdaOutcome } from '../lambda-outcome.ts'
import type { Step } from '../progress.ts'
import type { TaskTokens } from '../task-tokens.ts'

/** Shared by all executions. */
export interface ExecutionEnvironment {
  readonly region: string
  readonly clock: Clock
  readonly random: () => number
  readonly expressions: Expressions
  readonly tokens: TaskTokens
  invokeLambda(functionArn: string, payload: unknown): Promise<LambdaOutcome>
  /** Persists an event and the step it belongs to. */
  keep(execution: Execution, event: HistoryEvent, step?: Step): void
  /** Called once when the execution has ended. */
  closed(execution: Execution): void
}
