/** State machines and their executions on one machine. */
import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { AwsError } from '../json-service.ts'
import type { Definition } from './definition.ts'
import type { Execution } from './execution.ts'
import { ExecutionStore } from './execution-store.ts'
import { Expressions } from './expression.ts'
import type { ErrorReport } from './failure.ts'
import { shown } from './history.ts'
import type { ExecutionEnvironment } from './interpreter/environment.ts'
import { reportDetails } from './interpreter/report.ts'
import { Run } from './interpreter/run.ts'
import type { JsonObject } from './json.ts'
import type { LambdaOutcome } from './lambda-outcome.ts'
import { redriveObstacle } from './redrive.ts'
import { type StatusChangeEvent, statusChangeEvent } from './status-change.ts'
import { TaskTokens } from './task-tokens.ts'
import { tokenKey } from './token-key.ts'
import { parseDefinition } from './validate.ts'

export interface StateMachinesOptions {
  readonly region: string
  readonly account: string
  /** The folder that stores executions; without one, they are lost with the process. */
  readonly stateDir?: string
  readonly clock: Clock
  invokeLambda(functionArn: string, payload: unknown): Promise<LambdaOutcome>
  /** Called at the start, the redrive and the end of an execution, after it is recorded. */
  onStatusChange(event: StatusChangeEvent): void
  /** Returns 0 ≤ n < 1; for jitter and `$random()`. */
  readonly random?: () => number
}

export interface StateMachine {
  readonly arn: string
  readonly name: string
  readonly roleArn: string
  /** The definition's JSON text, as received. */
  readonly text: string
  readonly definition: Definition
  /** Milliseconds since the epoch. */
  readonly creationDate: number
}

/** The error of executions that were running when the process ended. */
const RESTARTED: ErrorReport = {
  error: 'Local.Restarted',
  cause: 'The local Step Functions stopped while this execution was running.',
}

export class StateMachines {
  readonly tokens: TaskTokens
  readonly clock: Clock
  readonly #options: StateMachinesOptions
  readonly #machines = new Map<string, StateMachine>()
  readonly #store: ExecutionStore
  readonly #runs = new Map<string, Run>()
  readonly #machinery: ExecutionEnvironment
  #unreported: Execution[] = []

  /** Loads the contents of `stateDir`. Executions that were running become ABORTED; `reportAborted` reports them. */
  constructor(options: StateMachinesOptions) {
    const { clock, region, stateDir, random = Math.random } = options
    this.#options = options
    this.clock = clock
    this.tokens = new TaskTokens(stateDir === undefined ? undefined : tokenKey(stateDir))
    this.#store = new ExecutionStore({ stateDir, now: () => clock.now(), parseDefinition })
    this.#machinery = {
      region,
      clock,
      random,
      tokens: this.tokens,
      expressions: new Expressions({ random, now: () => clock.now() }),
      invokeLambda: (functionArn, payload) => options.invokeLambda(functionArn, payload),
      keep: (execution, event, step) => this.#store.keep(execution, event, step),
      closed: (execution) => this.#closed(execution),
    }
    this.#abortInterrupted()
  }

  /**
   * Adds a machine, or changes its definition for further executions.
   * @throws DefinitionError naming everything that would not run here as on AWS
   */
  register(machine: { arn: string; name: string; definition: string; roleArn?: string }): void {
    const { arn, name, definition: text } = machine
    this.#machines.set(arn, {
      arn,
      name,
      roleArn: machine.roleArn ?? `arn:aws:iam::${this.#options.account}:role/${name}`,
      text,
      definition: parseDefinition(name, text),
      creationDate: this.clock.now(),
    })
  }

  /** Reports the executions that ended with the last process. Call it once the caller can handle them. */
  reportAborted(): void {
    const interrupted = this.#unreported
    this.#unreported = []
    for (const execution of interrupted) this.#report(execution)
  }

  machines(): StateMachine[] {
    return [...this.#machines.values()]
  }

  /** @throws AwsError `StateMachineDoesNotExist` */
  machine(arn: string): StateMachine {
    const machine = this.#machines.get(arn)
    if (machine !== undefined) return machine
    throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`)
  }

  executions(): Execution[] {
    return this.#store.all()
  }

  /** @throws AwsError `ExecutionDoesNotExist` */
  execution(arn: string): Execution {
    const execution = this.#store.get(arn)
    if (execution !== undefined) return execution
    throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`)
  }

  /**
   * Starts an execution. A repeated start with the same name and input returns the execution while it runs (inputs
   * are compared as text: assumed).
   * @param input JSON text
   * @throws AwsError `StateMachineDoesNotExist`, `ExecutionAlreadyExists`
   */
  start(machineArn: string, input: string, name: string = randomUUID()): Execution {
    const machine = this.machine(machineArn)
    const arn = `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`
    const earlier = this.#store.get(arn)
    if (earlier !== undefined) return sameStart(earlier, input)
    const { name: machineName, roleArn, definition, text } = machine
    const identity = { arn, name, machineArn, machineName, roleArn, input }
    const execution = this.#store.create(identity, definition, text)
    this.#record(execution, 'ExecutionStarted', { ...shown('input', input), roleArn })
    this.#proceed(execution)
    return execution
  }

  /** Stops a running execution; does nothing to one that has ended (assumed). */
  stop(arn: string, report: ErrorReport): Execution {
    const execution = this.execution(arn)
    this.#runs.get(arn)?.end('ExecutionAborted', reportDetails(report))
    return execution
  }

  /**
   * Resumes at the states that did not finish. Task tokens of earlier attempts stay invalid.
   * @throws AwsError `ExecutionNotRedrivable` with the reason
   */
  redrive(arn: string): Execution {
    const execution = this.execution(arn)
    const obstacle = redriveObstacle(execution, this.clock.now())
    if (obstacle !== undefined) throw new AwsError('ExecutionNotRedrivable', obstacle)
    this.#record(execution, 'ExecutionRedriven', { redriveCount: execution.redriveCount + 1 })
    this.#proceed(execution)
    return execution
  }

  #record(execution: Execution, type: string, details: JsonObject): void {
    const at = this.clock.now()
    const event = execution.nextEvent(type, { previousEventId: 0, at }, details)
    this.#store.keep(execution, event)
  }

  #proceed(execution: Execution): void {
    const run = new Run(this.#machinery, execution)
    this.#runs.set(execution.identity.arn, run)
    this.#report(execution)
    queueMicrotask(() => run.proceed())
  }

  #closed(execution: Execution): void {
    this.#runs.delete(execution.identity.arn)
    this.#report(execution)
  }

  #report(execution: Execution): void {
    const { account, region, onStatusChange } = this.#options
    onStatusChange(statusChangeEvent(execution, { account, region, now: this.clock.now() }))
  }

  #abortInterrupted(): void {
    this.#unreported = this.#store.all().filter(({ status }) => status === 'RUNNING')
    for (const execution of this.#unreported) {
      this.#record(execution, 'ExecutionAborted', reportDetails(RESTARTED))
    }
  }
}

function sameStart(earlier: Execution, input: string): Execution {
  const { identity, status } = earlier
  if (status === 'RUNNING' && identity.input === input) return earlier
  throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${identity.arn}'`)
}
