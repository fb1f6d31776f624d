/** How Step Functions' refusals are understood, which its documentation leaves open. */
import { beforeEach, expect, test, vi } from 'vitest'
import { consoleLink } from '../../../src/adapters/console.ts'
import { completeTask, sendHeartbeat, stopExecution } from '../../../src/adapters/step-functions.ts'
import { answer, startProvider } from '../channels/provider.ts'
import { setDeployment } from './deployment.ts'

const deployment = setDeployment()
const workflows = await startProvider()
beforeEach(() => {
  vi.stubEnv('AWS_ENDPOINT_URL', workflows.url)
})

const refuse = (name: string) => {
  workflows.react = answer(400, { __type: name, message: 'No.' })
}
const stop = () => stopExecution('arn:aws:states:us-east-1:1:stateMachine:M', 'main.r1', 'test')

test('an execution that has ended is stopped, whichever way Step Functions says so', async () => {
  workflows.react = answer(200, { stopDate: 1 })
  await stop()
  for (const name of ['ExecutionDoesNotExist', 'ValidationException']) {
    refuse(name)
    await stop()
  }
  expect(deployment.log.join('')).toContain('ValidationException')
})

test.each(['AccessDeniedException', 'InvalidArn'])('%s is an error of a stop', async (name) => {
  refuse(name)
  await expect(stop()).rejects.toMatchObject({ name })
})

test.each([
  'TaskTimedOut',
  'TaskDoesNotExist',
  'InvalidToken',
])('no task waits after %s, and the log says so', async (name) => {
  refuse(name)
  expect(await completeTask('token-1')).toBe(false)
  expect(await sendHeartbeat('token-1')).toBe(false)
  const lines = deployment.log.filter((line) => line.includes(name))
  expect(lines).toHaveLength(2)
  expect(lines.join('')).not.toContain('token-1')
})

test('any other refusal of a token is an error', async () => {
  refuse('AccessDeniedException')
  await expect(completeTask('token-1')).rejects.toMatchObject({ name: 'AccessDeniedException' })
})

test('an execution has a link to its console, but not on one machine', () => {
  vi.stubEnv('REVIEW_LOOP_ARN', 'arn:aws:states:us-east-1:1:stateMachine:M')
  vi.stubEnv('CONSOLE_URL', 'https://console.example.com/#')
  expect(consoleLink('REVIEW_LOOP_ARN')('main.r1')).toBe(
    'https://console.example.com/#arn:aws:states:us-east-1:1:execution:M:main.r1',
  )
  vi.stubEnv('CONSOLE_URL', '')
  expect(consoleLink('REVIEW_LOOP_ARN')('main.r1')).toBeNull()
})
