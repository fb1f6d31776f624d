/** What of the API an isolated sandbox reaches. */
import { once } from 'node:events'
import http from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSandboxPort } from '../../../local/sandbox-port.ts'
import { type Loopback, openLoopback } from '../../../packages/local-aws/src/loopback.ts'

let api: Loopback
let filtered: Loopback
beforeAll(async () => {
  api = await openLoopback(0, () => {})
  api.serve((_, response) => void response.end('reached'))
  filtered = await openSandboxPort(api, () => {})
})
afterAll(async () => {
  await filtered.close()
  await api.close()
})

/** `fetch` would tidy the path. */
async function reaches(path: string): Promise<boolean> {
  const request = http.get({ port: filtered.port, host: '127.0.0.1', path, agent: false })
  const [response] = await once(request, 'response')
  return (await text(response)) === 'reached'
}

test.each([
  '/api/webhooks/sandbox/job',
  '/_s3/bucket/key?X-Amz-Signature=x',
])('%s is reached', async (path) => expect(await reaches(path)).toBe(true))

test.each([
  '/',
  '/health',
  '/api/sessions',
  '/api/webhooks/conductor/message',
  '/api/webhooks/sms',
  '/api/webhooks/sandbox/../../sessions',
  '/api/webhooks/sandbox/%2e%2e/%2E%2E/sessions',
  '//api/webhooks/sandbox/job',
  '/_s3/../api/sessions',
  'http://127.0.0.1/api/sessions',
  '/local/outbox',
  '/l/token',
])('%s is not', async (path) => expect(await reaches(path)).toBe(false))
