/** The scripted model over HTTP, as a client of the Messages API uses it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { type Model, startModel } from '../../../local/model/server.ts'
import { holdAnswer } from '../../support/held-answer.ts'
import { asked, called, framed } from './request.ts'

const KEY = 'the-key-of-this-test'
let model: Model
beforeAll(async () => {
  model = await startModel({ apiKey: KEY })
})
afterAll(() => model.close())

const body = (stream: boolean, task = 'Write a poem.') => ({
  model: 'any',
  stream,
  messages: [asked(framed('[TASK]', task))],
  tools: [{ name: 'Bash' }],
})

const post = (content: unknown, headers: Record<string, string> = { 'x-api-key': KEY }) =>
  fetch(`${model.url}/v1/messages?beta=true`, {
    method: 'POST',
    headers,
    body: typeof content === 'string' ? content : JSON.stringify(content),
  })

test.each([
  { 'x-api-key': KEY },
  { authorization: `Bearer ${KEY}` },
])('%j is accepted', async (headers) => {
  const response = await post(body(false), headers)
  expect(response.status).toBe(200)
  expect(await response.json()).toMatchObject({ role: 'assistant', stop_reason: 'end_turn' })
})

test.each([
  {},
  { 'x-api-key': 'wrong' },
  { authorization: KEY },
])('%j is refused', async (headers) => {
  const response = await post(body(false), headers)
  expect(response.status).toBe(401)
  expect(await response.json()).toMatchObject({
    type: 'error',
    error: { type: 'authentication_error' },
  })
})

test.each([
  '',
  'no json',
  '{}',
  '{"model":"m","messages":[]}',
])('the body %j is refused', async (content) => {
  const response = await post(content)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } })
})

test('another route is refused by name', async () => {
  const response = await fetch(`${model.url}/v1/models`, { headers: { 'x-api-key': KEY } })
  expect(response.status).toBe(404)
  expect(await response.json()).toMatchObject({
    error: { message: expect.stringContaining('GET /v1/models') },
  })
})

test('the same request has the same usage, streamed or not, as recorded', async () => {
  const whole = z
    .object({ usage: z.record(z.string(), z.number()) })
    .parse(await (await post(body(false))).json())
  const events = (await (await post(body(true))).text()).split('\n\n').filter(Boolean)
  const data = events.map((event) => JSON.parse(event.slice(event.indexOf('data: ') + 6)))
  const start = data.find(({ type }) => type === 'message_start').message.usage
  const end = data.find(({ type }) => type === 'message_delta').usage
  expect({ ...start, ...end }).toEqual(whole.usage)
  expect(model.requests.slice(-2).map(({ usage }) => usage)).toEqual([whole.usage, whole.usage])
})

test('each fault is used once, in order', async () => {
  model.faults.push({ error: { status: 529, headers: { 'retry-after': '7' } } }, { cut: true })
  const overloaded = await post(body(true))
  expect(overloaded.status).toBe(529)
  expect(overloaded.headers.get('retry-after')).toBe('7')
  expect(await overloaded.json()).toMatchObject({ error: { type: 'overloaded_error' } })
  await expect((await post(body(true))).text()).rejects.toThrow()
  expect((await post(body(true))).status).toBe(200)
})

test('a fault with words waits for a request that contains them', async () => {
  model.faults.push({ about: 'an ode', error: { status: 529 } })
  expect((await post(body(false))).status).toBe(200)
  expect((await post(body(false, 'Write an ode.'))).status).toBe(529)
  expect((await post(body(false, 'Write an ode.'))).status).toBe(200)
})

test('the output of a tool counts, too', async () => {
  model.faults.push({ about: '42', error: { status: 529 } })
  const { messages, ...rest } = body(false, 'Run `expr 40 + 2`.')
  expect((await post({ ...rest, messages })).status).toBe(200)
  const result = called('Bash', { command: 'expr 40 + 2' }, { text: '42' })
  expect((await post({ ...rest, messages: [...messages, ...result] })).status).toBe(529)
})

test('a held request gets its response when it is released, and others before', async () => {
  const held = holdAnswer(model, 'an ode')
  const answers: string[] = []
  const ask = async (task: string) => {
    await post(body(false, task))
    answers.push(task)
  }
  const ode = ask('Write an ode.')
  await held.asked
  await ask('Write a poem.')
  held.release()
  await ode
  expect(answers).toEqual(['Write a poem.', 'Write an ode.'])
})

test('closing the model ends a hanging request', async () => {
  const other = await startModel({ apiKey: KEY })
  other.faults.push({ answer: 'hang' })
  const hanging = fetch(`${other.url}/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': KEY },
    body: JSON.stringify(body(true)),
  })
  await expect.poll(() => other.requests.length, { timeout: 8_000 }).toBe(1)
  await Promise.all([expect(hanging).rejects.toThrow(), other.close()])
})
