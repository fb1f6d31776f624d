/** A Task state: invokes a function, and waits for its result or for the response to a task token. */
import type { TaskState } from '../definition.ts'
import { dataLimitExceeded, ErrorName, type ErrorReport, StateFailure } from '../failure.ts'
import { shown } from '../history.ts'
import { isTooLarge, type Json, type JsonObject } from '../json.ts'
import type { LambdaOutcome } from '../lambda-outcome.ts'
import { type Invocation, invocation, invocationResult } from './lambda-invocation.ts'
import type { Outcome } from './leave.ts'
import { positiveInteger } from './number-field.ts'
import { reportDetails } from './report.ts'
import type { StateVisit } from './visit.ts'

/** The outcome of a task. The text is the result's JSON. */
type Ending =
  | { readonly kind: 'succeeded'; readonly text: string }
  | { readonly kind: 'failed'; readonly report: ErrorReport }
  | { readonly kind: 'timed out'; readonly missedHeartbeat: boolean }

/** Seconds; undefined if there is no limit. */
interface Limits {
  readonly timeout: number | undefined
  readonly heartbeat: number | undefined
}

/** One attempt of a task, with its names in the history. */
interface Attempt {
  readonly visit: StateVisit
  readonly call: Invocation
  readonly limits: Limits
  readonly kind: { readonly resource: string; readonly resourceType: string }
}

/** Each attempt evaluates the arguments again and has a task token of its own. */
export async function runTask(visit: StateVisit, state: TaskState): Promise<Outcome> {
  const waits = state.Resource.endsWith('.waitForTaskToken')
  const { tokens } = visit.thread.run.machinery
  visit.token = waits ? tokens.issue() : undefined
  const limits = await evaluateLimits(visit, state)
  const parameters =
    state.Arguments === undefined ? visit.input : await visit.evaluate(state.Arguments, 'Arguments')
  if (isTooLarge(JSON.stringify(parameters))) throw dataLimitExceeded(visit.name)
  const call = invocation(visit.name, parameters)
  const resource = waits ? 'invoke.waitForTaskToken' : 'invoke'
  const attempt = { visit, call, limits, kind: { resource, resourceType: 'lambda' } }
  schedule(attempt, parameters)
  const result = conclude(attempt, await perform(attempt))
  return { holder: state, extra: { result }, output: result, next: state.Next }
}

async function evaluateLimits(visit: StateVisit, state: TaskState): Promise<Limits> {
  const seconds = async (field: 'TimeoutSeconds' | 'HeartbeatSeconds') => {
    const template = state[field]
    return template === undefined ? undefined : positiveInteger(visit, template, field)
  }
  const timeout = await seconds('TimeoutSeconds')
  const heartbeat = await seconds('HeartbeatSeconds')
  if (timeout !== undefined && heartbeat !== undefined && heartbeat >= timeout) {
    throw visit.evaluationFailed(
      `HeartbeatSeconds (${heartbeat}) must be smaller than TimeoutSeconds (${timeout})`,
      'HeartbeatSeconds',
    )
  }
  return { timeout, heartbeat }
}

function schedule({ visit, limits, kind }: Attempt, parameters: Json): void {
  const { timeout, heartbeat } = limits
  visit.thread.record('TaskScheduled', {
    ...kind,
    region: visit.thread.run.machinery.region,
    parameters: JSON.stringify(parameters),
    ...(timeout === undefined ? {} : { timeoutInSeconds: timeout }),
    ...(heartbeat === undefined ? {} : { heartbeatInSeconds: heartbeat }),
  })
  visit.thread.record('TaskStarted', { ...kind })
}

/**
 * Invokes the function and settles with the first event that ends the task: the function's result (only its
 * failure if there is a token), the token's response, or a timeout. A token's response that arrives before the
 * function has returned counts (assumed). The heartbeat starts when the function has returned; `TimeoutSeconds`
 * starts with the task.
 */
function perform({ visit, call, limits, kind }: Attempt): Promise<Ending> {
  const { thread, token } = visit
  const { machinery } = thread.run
  const { clock, tokens } = machinery
  return thread.scope.promise<Ending>(({ resolve, reject, onSettled }) => {
    let over = false
    let cancelHeartbeat = () => {}
    let returned = false
    const beat = () => {
      cancelHeartbeat()
      if (over || !returned || limits.heartbeat === undefined) return
      const expire = () => resolve({ kind: 'timed out', missedHeartbeat: true })
      cancelHeartbeat = clock.after(limits.heartbeat * 1000, expire)
    }
    const functionReturned = (outcome: LambdaOutcome) => {
      if (over) return
      if (!outcome.ok) return resolve({ kind: 'failed', report: errorReport(outcome) })
      const text = JSON.stringify(invocationResult(outcome))
      if (token === undefined) return resolve({ kind: 'succeeded', text })
      thread.record('TaskSubmitted', { ...kind, ...shown('output', text) })
      returned = true
      beat()
    }
    onSettled(() => {
      over = true
      cancelHeartbeat()
    })
    if (limits.timeout !== undefined) {
      const expire = () => resolve({ kind: 'timed out', missedHeartbeat: false })
      onSettled(clock.after(limits.timeout * 1000, expire))
    }
    if (token !== undefined) {
      const succeed = (text: string) => resolve({ kind: 'succeeded', text })
      const fail = (report: ErrorReport) => resolve({ kind: 'failed', report })
      onSettled(tokens.open(token, { succeed, fail, heartbeat: beat }))
    }
    machinery.invokeLambda(call.functionName, call.payload).then(functionReturned).catch(reject)
  })
}

/**
 * A function's error keeps its name, with its JSON text as the cause. A cause that is text already is not changed.
 */
function errorReport(outcome: Extract<LambdaOutcome, { ok: false }>): ErrorReport {
  const { errorType, errorMessage, payload = errorMessage } = outcome
  return {
    error: errorType,
    cause: typeof payload === 'string' ? payload : JSON.stringify(payload),
  }
}

/** Records how the task ended and returns its result. */
function conclude({ visit, kind }: Attempt, ending: Ending): Json {
  const { thread } = visit
  if (ending.kind === 'timed out') {
    const report = { error: ErrorName.timeout }
    thread.record('TaskTimedOut', { ...kind, ...report })
    throw new StateFailure(report, { missedHeartbeat: ending.missedHeartbeat })
  }
  if (ending.kind === 'failed') throw recordFailure(visit, kind, new StateFailure(ending.report))
  if (isTooLarge(ending.text)) throw recordFailure(visit, kind, dataLimitExceeded('lambda'))
  thread.record('TaskSucceeded', { ...kind, ...shown('output', ending.text) })
  return JSON.parse(ending.text)
}

function recordFailure(visit: StateVisit, kind: JsonObject, failure: StateFailure): StateFailure {
  visit.thread.record('TaskFailed', { ...kind, ...reportDetails(failure.report) })
  return failure
}
