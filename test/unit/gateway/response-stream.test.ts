/** A response is sent with its head first, at the client's speed, and does not wait for a client that has left. */
import { PassThrough, Writable } from 'node:stream'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type StreamedResponse, streaming } from '../../../lambdas/model-gateway/response-stream.ts'
import { eventOf } from '../http/call.ts'

const heads: unknown[] = []
beforeAll(() => {
  vi.stubGlobal('awslambda', {
    streamifyResponse: (handler: object) => handler,
    HttpResponseStream: {
      from: (stream: Writable, head: unknown) => {
        heads.push(head)
        return stream
      },
    },
  })
})
afterAll(() => vi.unstubAllGlobals())

const respond = (stream: Writable, how: (answer: StreamedResponse) => Promise<void>) =>
  streaming((_: APIGatewayProxyEventV2, answer) => how(answer))(eventOf({}), stream)

const head = { status: 200, headers: { a: 'b' } }

test('the head is sent before the first byte, even for an empty response', async () => {
  const stream = new PassThrough({ objectMode: true })
  await respond(stream, async (answer) => {
    answer.head(head)
    answer.end()
  })
  expect(heads).toEqual([{ statusCode: 200, headers: { a: 'b' } }])
  expect(stream.read()).toBe('')
})

test('reading pauses while the client reads nothing, and completes when it does', async () => {
  const taken: (() => void)[] = []
  const stream = new Writable({ highWaterMark: 1, write: (_, __, done) => void taken.push(done) })
  let written = 0
  const done = respond(stream, async (answer) => {
    answer.head(head)
    for (; written < 3; written++) await answer.write(Buffer.from('x'))
    answer.end()
  })
  await new Promise(setImmediate)
  expect(written).toBe(0)
  for (let i = 0; i < 4; i++) {
    taken.shift()?.()
    await new Promise(setImmediate)
  }
  await done
  expect(written).toBe(3)
})

test.each([
  ['left', undefined],
  ['was cut off', new Error('reset')],
])('nothing more is written to a client that %s', async (_, error) => {
  const stream = new Writable({ highWaterMark: 1, write: () => {} })
  let written = 0
  const done = respond(stream, async (answer) => {
    answer.head(head)
    for (; written < 3; written++) await answer.write(Buffer.from('x'))
    answer.end()
  })
  await new Promise(setImmediate)
  stream.destroy(error)
  await done
  expect(written).toBe(3)
})
