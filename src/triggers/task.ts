/** Dispatches the tasks of state machines and rules, and validates their input. */
import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import * as z from 'zod'
import { logger, logInvocation } from '../adapters/logger.ts'
import { StateChanged } from '../core/errors.ts'
import { logIds } from '../core/log-ids.ts'

/** Handles one event. Throws if its input is not valid. */
export type Task = (event: unknown) => Promise<unknown>

/** Returns a task that throws if its input does not match the schema. */
export const task =
  <Input, Output>(input: z.ZodType<Input>, act: (input: Input) => Promise<Output>) =>
  (event: unknown): Promise<Output> =>
    act(input.parse(event))

type Tasks = Readonly<Record<string, Task>>

const named = z.object({ task: z.string() })

/**
 * Returns a Lambda handler for several tasks. An event names its task in `task`; without it, the handler throws. Errors of
 * tasks are thrown on, so that Step Functions can retry or catch them by name.
 */
export const tasks = (table: Tasks) =>
  middy<unknown, unknown>()
    .use(logInvocation())
    .before(({ event }) => logger.appendKeys({ ...named.safeParse(event).data, ...logIds(event) }))
    .onError(({ error }) => {
      // Nothing is wrong: the state machine catches it, and another state looks at the session.
      if (error instanceof StateChanged) logger.info('state changed', { reason: error.message })
      else logger.error('failed', { error })
    })
    .handler((event) => run(table, event)) as (event: unknown, context: Context) => Promise<unknown>

async function run(table: Tasks, event: unknown): Promise<unknown> {
  const { task: name } = named.parse(event)
  const found = Object.hasOwn(table, name) ? table[name] : undefined
  if (!found) throw new Error(`There is no task ${name} in this function.`)
  return found(event)
}
