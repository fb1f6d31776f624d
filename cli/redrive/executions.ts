/** Executions of runs and legs that failed and that Baton has not taken over. */
import {
  DescribeExecutionCommand,
  type ExecutionListItem,
  ExecutionStatus,
  ListExecutionsCommand,
  type ListExecutionsCommandInput,
  RedriveExecutionCommand,
  SFNClient,
} from '@aws-sdk/client-sfn'
import { readName } from '../../src/core/execution-name.ts'
import { ApiError, type Client } from '../api.ts'
import { told } from '../aws.ts'
import { reasonOf } from '../errors.ts'
import type { StackAccess } from '../stack-access.ts'
import { idsOf } from '../stack-resources.ts'

export interface FailedExecution {
  readonly kind: 'run' | 'leg'
  readonly sessionId: string
  /** `main.r3`, `main.w1.2`. */
  readonly name: string
  readonly arn: string
  /** When it ended, ISO 8601. */
  readonly since: string
  readonly status: string
}

/** What Baton takes over, and what Step Functions redrives. */
const STATUSES = [ExecutionStatus.FAILED, ExecutionStatus.TIMED_OUT, ExecutionStatus.ABORTED]

/** Step Functions redrives an execution for so long. */
const REDRIVABLE_MS = 14 * 86_400_000

type Ended = NonNullable<ReturnType<typeof readName>> & { readonly item: ExecutionListItem }

export class Executions {
  readonly #sfn: SFNClient
  readonly #machines: readonly string[]
  readonly #api: Client

  constructor({ config, resources }: StackAccess, api: Client) {
    this.#sfn = new SFNClient({ maxAttempts: 4, ...config })
    this.#machines = idsOf(resources, 'AWS::StepFunctions::StateMachine')
    this.#api = api
  }

  /** Returns those that nothing drives any more, of all sessions or of one. */
  async failed(sessionId?: string): Promise<readonly FailedExecution[]> {
    const found: FailedExecution[] = []
    const current = new Map<string, Promise<string | undefined>>()
    for await (const ended of this.#ended()) {
      if ((sessionId ?? ended.sessionId) !== ended.sessionId) continue
      const route = routeOf(ended)
      const name = current.get(route) ?? this.#currentExecution(ended)
      current.set(route, name)
      if ((await name) === ended.item.name) found.push(failedExecution(ended))
    }
    return found
  }

  /** Returns with which error it ended. */
  async errorOf({ arn: executionArn, status }: FailedExecution): Promise<string> {
    const { error, cause } = await told(
      this.#sfn.send(new DescribeExecutionCommand({ executionArn })),
    )
    return [error ?? status, cause].filter(Boolean).join(': ')
  }

  /** Continues it at the state that failed. Returns why not, or undefined if it goes on. */
  async redrive({ arn: executionArn }: FailedExecution): Promise<string | undefined> {
    try {
      await this.#sfn.send(new RedriveExecutionCommand({ executionArn }))
      return undefined
    } catch (error) {
      return reasonOf(error)
    }
  }

  async *#ended(): AsyncGenerator<Ended, void> {
    for (const stateMachineArn of this.#machines)
      for (const statusFilter of STATUSES)
        for await (const item of this.#recent({ stateMachineArn, statusFilter })) {
          const name = readName(item.name ?? '')
          if (name) yield { ...name, item }
        }
  }

  /** Yields those that may still be redriven, the latest first. */
  async *#recent(asked: ListExecutionsCommandInput): AsyncGenerator<ExecutionListItem, void> {
    const oldest = Date.now() - REDRIVABLE_MS
    let nextToken: string | undefined
    do {
      const page = await told(this.#sfn.send(new ListExecutionsCommand({ ...asked, nextToken })))
      for (const item of page.executions ?? []) {
        if (Number(item.stopDate) < oldest) return
        yield item
      }
      nextToken = page.nextToken
    } while (nextToken !== undefined)
  }

  /**
   * Returns the name of the execution that a session or a worker waits for, or undefined if it waits for none. A run that
   * was taken over goes on with another number; a leg whose execution was lost is reported.
   */
  async #currentExecution(ended: Ended): Promise<string | undefined> {
    const route = routeOf(ended)
    try {
      if ('run' in ended) {
        const [run] = (await this.#api.get('Session', route)).runs
        return run?.open ? run.execution : undefined
      }
      const { status, legs } = await this.#api.get('WorkerDetail', route)
      return AT_WORK.includes(status) ? legs.at(-1)?.execution : undefined
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined
      throw error
    }
  }
}

const AT_WORK = ['queued', 'working', 'verifying']

const routeOf = (ended: Ended): string => {
  const session = `/api/sessions/${ended.sessionId}`
  return 'run' in ended ? session : `${session}/workers/${ended.workerId}`
}

const failedExecution = ({ sessionId, item, ...name }: Ended): FailedExecution => ({
  kind: 'run' in name ? 'run' : 'leg',
  sessionId,
  name: item.name ?? '',
  arn: item.executionArn ?? '',
  since: (item.stopDate ?? new Date(0)).toISOString(),
  status: item.status ?? '',
})
