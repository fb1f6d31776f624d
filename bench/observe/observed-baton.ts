/** A Baton under observation: records everything that one message causes, and nothing else. */
import type { HistoryEvent } from '@aws-sdk/client-sfn'
import { synthesise } from '../../local/synth.ts'
import { loadTemplate } from '../../packages/local-aws/src/template.ts'
import { type TestBaton, testBaton } from '../../test/support/baton.ts'
import { root } from '../root.ts'
import { type Call, recordCalls } from './calls.ts'
import { functionsOf, queueConsumers, schedulesOf } from './deployed.ts'
import { executionsOf } from './executions.ts'
import { type Invocation, invocationsIn } from './invocations.ts'
import { now } from './now.ts'
import { quiet } from './quiet.ts'
import { type Request, recordRequests } from './requests.ts'

/** What was observed from sending a message until everything was quiet. */
export interface Window {
  /** When the message was sent, and when it was accepted. */
  readonly posted: number
  readonly accepted: number
  readonly calls: readonly Call[]
  readonly requests: readonly Request[]
  readonly invocations: readonly Invocation[]
  /** The history of each execution that was started, oldest first. */
  readonly histories: readonly (readonly HistoryEvent[])[]
}

type Options = NonNullable<Parameters<typeof testBaton>[0]>

export interface ObservedBaton {
  readonly baton: TestBaton
  /** Functions that a queue invokes, by their name in the log. */
  readonly consumers: ReadonlySet<string>
  /** Sends a message, waits until everything is quiet, and returns the observations. */
  observe(session: string, content: string): Promise<Window>
  close(): Promise<void>
}

/** Starts it with the budgets of a deployment. Schedules are not recorded, because they run at any time. */
export async function observedBaton({
  intercept,
  ...options
}: Options = {}): Promise<ObservedBaton> {
  const template = loadTemplate(await synthesise(root))
  const recorder = recordCalls(intercept)
  const http = recordRequests()
  const budgets = functionsOf(template).find(({ variables }) => 'BUDGETS' in variables)
  const baton = await testBaton({
    ...options,
    intercept: recorder.intercept,
    variables: { BUDGETS: String(budgets?.variables.BUDGETS ?? '{}'), ...options.variables },
  })
  const { aws } = baton
  const functions = aws.resources.all.filter(({ type }) => type === 'AWS::Lambda::Function')
  const names = new Map(functions.map(({ logicalId, physicalId }) => [logicalId, physicalId]))
  const scheduled = new Set(schedulesOf(template).map(({ functionId }) => functionId))
  const scheduledNames = new Set([...scheduled].map((id) => names.get(id)))
  const executions = executionsOf(aws)
  return {
    baton,
    consumers: new Set(queueConsumers(template).map((id) => names.get(id) ?? id)),
    async observe(session, content) {
      const known = new Set((await executions.list()).map(({ arn }) => arn))
      const before = {
        calls: recorder.calls.length,
        requests: http.requests.length,
        lines: baton.log.length,
      }
      const posted = now()
      await baton.send(session, content)
      const accepted = now()
      await quiet(executions, recorder, known.size)
      const started = (await executions.list()).filter(({ arn }) => !known.has(arn))
      const histories = await Promise.all(started.map(({ arn }) => executions.history(arn)))
      return {
        posted,
        accepted,
        calls: recorder.calls
          .slice(before.calls)
          .filter(({ functionId }) => !scheduled.has(functionId)),
        requests: http.requests.slice(before.requests),
        invocations: invocationsIn(baton.log.slice(before.lines)).filter(
          ({ name }) => !scheduledNames.has(name),
        ),
        histories: histories.sort((a, b) => startOf(a) - startOf(b)),
      }
    },
    async close() {
      http.close()
      await baton.close()
    },
  }
}

const startOf = (history: readonly HistoryEvent[]) => history[0]?.timestamp?.getTime() ?? 0
