/** Tasks of state machines and rules: which one an event is for, its input checked, errors with their names. */
import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import * as z from 'zod'
import { logger, logInvocation } from '../adapters/logger.ts'
import { logIds } from '../core/log-ids.ts'

/** Reads its input from the event and acts on it. */
export type Task = (event: unknown) => Promise<unknown>

/** A task whose input has this shape. It throws for any other. */
export const task =
  <Input, Output>(input: z.ZodType<Input>, act: (input: Input) => Promise<Output>) =>
  (event: unknown): Promise<Output> =>
    act(input.parse(event))

type Tasks = Readonly<Record<string, Task>>

const named = z.object({ task: z.string() })

/**
 * Makes a Lambda handler of several tasks; an event names its own in `task`. What a task throws is thrown on, so that Step
 * Functions can retry or catch it by its name. Throws for an event that names none.
 */
export const tasks = (table: Tasks) =>
  middy<unknown, unknown>()
    .use(logInvocation())
    .before(({ event }) => logger.appendKeys({ ...named.safeParse(event).data, ...logIds(event) }))
    .onError(({ error }) => {
      logger.error('failed', { error })
    })
    .handler((event) => run(table, event)) as (event: unknown, context: Context) => Promise<unknown>

async function run(table: Tasks, event: unknown): Promise<unknown> {
  const { task: name } = named.parse(event)
  const found = Object.hasOwn(table, name) ? table[name] : undefined
  if (!found) throw new Error(`There is no task ${name} in this function.`)
  return found(event)
}
