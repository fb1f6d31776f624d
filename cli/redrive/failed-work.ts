/** Everything that failed and can be put back: messages of the dead-letter queue, and executions. */
import { oneLine } from '../../src/core/one-line.ts'
import type { Client } from '../api.ts'
import type { StackAccess } from '../stack-access.ts'
import { lastErrorOf, type Origin, originOf, phraseOf } from './dead-letter.ts'
import { Executions, type FailedExecution } from './executions.ts'
import { type DeadLetter, FailuresQueue } from './failures-queue.ts'

/** As `--json` prints it. */
export interface FailedWork {
  readonly kind: Origin | 'run' | 'leg' | 'unknown'
  readonly sessionId: string
  /** The id of the message, or the name of the execution. */
  readonly id: string
  /** Since when it waits, ISO 8601. */
  readonly since: string
  readonly what: string
}

export interface ListedWork extends FailedWork {
  /** How often it was tried; null if that is not counted. */
  readonly attempts: number | null
  /** The last error, or what is known instead. */
  readonly problem: string
}

export interface Outcome extends FailedWork {
  readonly outcome: 'put back' | 'stays'
  /** Why it stays. */
  readonly problem: string | null
}

export interface FailedList {
  readonly work: readonly ListedWork[]
  /** About how many messages there are besides, which SQS does not hand out now. */
  readonly others: number
}

/** Lists it, and changes nothing. */
export async function listFailedWork(access: StackAccess, client: Client): Promise<FailedList> {
  const queue = new FailuresQueue(access)
  const executions = new Executions(access, client)
  const { letters, others } = await queue.list()
  const attempts = {
    delivery: await queue.attempts('delivery'),
    cancellation: await queue.attempts('cancellation'),
  }
  const work: ListedWork[] = []
  for (const letter of letters) {
    const origin = originOf(letter.body)
    work.push({
      ...messageWork(letter),
      attempts: (origin && attempts[origin]) ?? null,
      problem: oneLine(await lastErrorOf(client, letter.body)),
    })
  }
  for (const failed of await executions.failed())
    work.push({
      ...executionWork(failed),
      attempts: null,
      problem: oneLine(await executions.errorOf(failed)),
    })
  return { work, others }
}

/** Puts everything back, or what a session has, and yields what has become of each. */
export async function* putBack(
  access: StackAccess,
  client: Client,
  sessionId?: string,
): AsyncGenerator<Outcome, void> {
  for await (const { letter, problem } of new FailuresQueue(access).moveBack(sessionId))
    yield outcomeOf(messageWork(letter), problem)
  const executions = new Executions(access, client)
  for (const failed of await executions.failed(sessionId))
    yield outcomeOf(executionWork(failed), await executions.redrive(failed))
}

const outcomeOf = (work: FailedWork, problem: string | undefined): Outcome => ({
  ...work,
  outcome: problem === undefined ? 'put back' : 'stays',
  problem: problem ?? null,
})

const messageWork = ({ messageId: id, sessionId, since, body }: DeadLetter): FailedWork => ({
  kind: originOf(body) ?? 'unknown',
  sessionId,
  id,
  since,
  what: phraseOf(body),
})

const executionWork = ({ kind, sessionId, name: id, since, status }: FailedExecution) =>
  ({ kind, sessionId, id, since, what: `${id} ${status}` }) satisfies FailedWork
