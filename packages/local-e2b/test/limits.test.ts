/** The plan's limits: rate of creations, running sandboxes, many concurrent creations. */
import { RateLimitError } from 'e2b'
import { expect, test } from 'vitest'
import { createLimits } from '../src/create-limits.ts'
import { ApiError } from '../src/json-http.ts'
import { serverForTest } from './support/local-e2b.ts'

const refusal = (admit: () => void): ApiError | undefined => {
  try {
    admit()
    return undefined
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
}

test('the rate allows so many creations in any second, and Retry-After says when to retry', () => {
  const clock = { now: 0 }
  const limits = createLimits({ createPerSecond: 2 }, () => clock.now)
  const at = (now: number) => {
    clock.now = now
    return refusal(() => limits.admit(0))
  }
  expect([at(0), at(900)]).toEqual([undefined, undefined])
  expect(at(999)).toMatchObject({ status: 429, headers: { 'retry-after': '1' } })
  expect(at(1000)).toBeUndefined()
  expect(at(1500)).toMatchObject({ status: 429 })
  expect(at(1900)).toBeUndefined()
})

test('a refused creation does not count against the rate', () => {
  const limits = createLimits({ createPerSecond: 1, concurrent: 1 }, () => 0)
  expect(refusal(() => limits.admit(1))).toMatchObject({ status: 429, headers: {} })
  expect(refusal(() => limits.admit(0))).toBeUndefined()
})

test('the SDK waits as Retry-After says and succeeds', async () => {
  const { client, server } = await serverForTest({ limits: { createPerSecond: 1 } })
  const sandboxes = await Promise.all([client.Sandbox.create(), client.Sandbox.create()])
  expect(new Set(sandboxes.map(({ sandboxId }) => sandboxId)).size).toBe(2)
  expect(server.counters().created).toBe(2)
  await expect(client.Sandbox.create({ retries: 0 })).rejects.toThrow(RateLimitError)
})

test('over the limit of running sandboxes the SDK is refused at once; a paused one does not count', async () => {
  const { client } = await serverForTest({ limits: { concurrent: 1 } })
  const first = await client.Sandbox.create()
  await expect(client.Sandbox.create()).rejects.toThrow(RateLimitError)
  await first.pause()
  const second = await client.Sandbox.create()
  await second.kill()
})

test('creations in progress count as running', async () => {
  const { client, server } = await serverForTest({ limits: { concurrent: 2 } })
  const tries = await Promise.allSettled(Array.from({ length: 6 }, () => client.Sandbox.create()))
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
  expect(server.sandboxes()).toHaveLength(2)
})

test('twenty concurrent creations give twenty working sandboxes, and none is left at the end', async () => {
  const { client, server } = await serverForTest({ isolation: 'auto' })
  const sandboxes = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      client.Sandbox.create({ envs: { NUMBER: String(index) } }),
    ),
  )
  const results = await Promise.all(sandboxes.map(({ commands }) => commands.run('echo $NUMBER')))
  expect(results.map(({ stdout }) => Number(stdout))).toEqual([...Array(20).keys()])
  await Promise.all(sandboxes.map((sandbox) => sandbox.kill()))
  expect(server.counters()).toEqual({ created: 20, ended: 20 })
})
