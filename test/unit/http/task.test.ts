/**
 * The middleware of a state machine's task: it checks the input, passes errors by name, and keeps the token
 * secret.
 */
import { expect, test } from 'vitest'
import * as z from 'zod'
import { SandboxBusy } from '../../../src/core/errors.ts'
import { task, tasks } from '../../../src/triggers/task.ts'
import { context } from './call.ts'
import { setDeployment } from './deployment.ts'

const deployment = setDeployment()
const input = z.object({ sessionId: z.string(), run: z.number().int(), taskToken: z.string() })
const given = { sessionId: 'main', run: 3, taskToken: 'token-4711' }

/** A function with one task, and an event for it. */
const functionOf = <Input>(schema: z.ZodType<Input>, act: (value: Input) => Promise<unknown>) =>
  tasks({ Act: task(schema, act) })
const forTask = (event: object) => ({ task: 'Act', ...event })

test('the handler gets the input as the schema parses it', async () => {
  const echo = functionOf(input, async (value) => value)
  expect(await echo(forTask({ ...given, more: 1 }), context)).toEqual(given)
})

test.each([
  ['of another shape', { ...given, run: 'three' }],
  ['without a field', { sessionId: 'main', run: 3 }],
])('an input %s is refused before the handler runs', async (_, event) => {
  let acted = false
  const act = functionOf(input, async () => {
    acted = true
  })
  await expect(act(forTask(event), context)).rejects.toMatchObject({ name: 'ZodError' })
  expect(acted).toBe(false)
})

test('an error keeps its name, which Step Functions retries or catches by', async () => {
  const fail = functionOf(input, async () => {
    throw new SandboxBusy('come again')
  })
  await expect(fail(forTask(given), context)).rejects.toMatchObject({ name: 'SandboxBusy' })
  expect(deployment.log.map((line) => JSON.parse(line))).toMatchObject([
    {
      level: 'ERROR',
      message: 'failed',
      sessionId: 'main',
      run: 3,
      error: { name: 'SandboxBusy' },
    },
  ])
})

test('the ids of one invocation are not in the log of the next', async () => {
  const fail = functionOf(z.unknown(), async () => {
    throw new Error('no')
  })
  await expect(fail(forTask({ sessionId: 'first' }), context)).rejects.toThrow('no')
  await expect(fail(forTask({ run: 2 }), context)).rejects.toThrow('no')
  expect(JSON.parse(deployment.log[1] ?? '')).not.toHaveProperty('sessionId')
})

test('a task token is in no log', async () => {
  const fail = functionOf(input, async () => {
    throw new Error('no')
  })
  await expect(fail(forTask(given), context)).rejects.toThrow('no')
  expect(deployment.log.join('')).toContain('"sessionId":"main"')
  expect(deployment.log.join('')).not.toContain(given.taskToken)
})

test.each([
  { task: 'Other' },
  { task: 'toString' },
  {},
])('an event that is not a task of the function is refused: %j', async (event) => {
  await expect(functionOf(z.unknown(), async () => 'done')(event, context)).rejects.toThrow()
})
