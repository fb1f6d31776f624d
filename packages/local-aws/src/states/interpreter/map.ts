/** An inline Map state: runs its processor once for each item. */
import type { MapState } from '../definition.ts'
import type { Json, JsonObject } from '../json.ts'
import { fanOut, recordAborted, recordFailedTask } from './fan-out.ts'
import type { Outcome } from './leave.ts'
import { nonNegativeInteger } from './number-field.ts'
import type { Thread } from './thread.ts'
import type { StateVisit } from './visit.ts'

/** Maximum concurrency of an inline Map. */
const INLINE_CONCURRENCY = 40

export async function runMap(visit: StateVisit, state: MapState): Promise<Outcome> {
  const { thread } = visit
  const concurrency = await nonNegativeInteger(visit, state.MaxConcurrency ?? 0, 'MaxConcurrency')
  const items = visit.resumable ?? (await startItems(visit, state))
  const output = await fanOut(visit, {
    count: items.length,
    limit: Math.min(concurrency || INLINE_CONCURRENCY, INLINE_CONCURRENCY),
    run: (iteration, index) => iterate({ visit, state, iteration, index }, items[index] ?? null),
    failed(part, others) {
      const details = (index: number): JsonObject => ({ name: visit.name, index })
      const last = part.thread.lastEventId
      const failedId = thread.recordAfter(last, 'MapIterationFailed', details(part.index))
      recordFailedTask(visit, part)
      for (const other of others) {
        thread.recordAfter(last, 'MapIterationAborted', details(other.index))
        recordAborted(visit, part, other)
      }
      thread.lastEventId = failedId
    },
  })
  thread.record('MapStateSucceeded')
  return { holder: state, extra: { result: output }, output, next: state.Next }
}

/** Evaluates the items and records the Map's start. A redrive takes them from the first start. */
async function startItems(visit: StateVisit, state: MapState): Promise<Json[]> {
  const items = await itemsOf(visit, state)
  visit.thread.record('MapStateStarted', { length: items.length }, { fanOut: items })
  return items
}

async function itemsOf(visit: StateVisit, state: MapState): Promise<Json[]> {
  if (state.Items !== undefined) return visit.evaluateTo('array', state.Items, 'Items')
  if (Array.isArray(visit.input)) return visit.input
  throw visit.evaluationFailed(
    `Map state input must be an array but was: ${JSON.stringify(visit.input)}`,
  )
}

interface Iteration {
  readonly visit: StateVisit
  readonly state: MapState
  readonly iteration: Thread
  readonly index: number
}

async function iterate({ visit, state, iteration, index }: Iteration, item: Json): Promise<Json> {
  const details = { name: visit.name, index }
  const isNew = iteration.progress.position === undefined
  if (isNew) iteration.record('MapIterationStarted', details)
  const input = isNew ? await selectInput({ visit, state, iteration, index }, item) : null
  const output = await visit.runBlock(iteration, state.ItemProcessor, input)
  visit.thread.lastEventId = iteration.recordAfter(
    iteration.lastEventId,
    'MapIterationSucceeded',
    details,
  )
  return output
}

/**
 * Returns an iteration's input: the item, or the result of ItemSelector. Only ItemSelector can read the item from
 * the context.
 */
async function selectInput(
  { visit, state, iteration, index }: Iteration,
  item: Json,
): Promise<Json> {
  if (state.ItemSelector === undefined) return item
  const map = { Item: { Index: index, Value: item, Source: 'STATE_DATA' } }
  const input = await visit.evaluate(state.ItemSelector, 'ItemSelector', { map })
  iteration.scope.check()
  return input
}
