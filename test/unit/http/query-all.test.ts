/** A list that takes several pages is read to its end, with a request a page. */
import { expect, test, vi } from 'vitest'
import * as z from 'zod'
import { workersAndVerifiers } from '../../../src/adapters/workers.ts'
import { startProvider } from '../channels/provider.ts'
import { setDeployment } from './deployment.ts'

setDeployment()
const dynamo = await startProvider()

const key = z.object({ workerId: z.object({ S: z.string() }) })
const request = z.object({ ExclusiveStartKey: key.optional() })

test('all pages are read, each once', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL', dynamo.url)
  vi.stubEnv('WORKERS_TABLE', 'workers')
  const asked: (string | undefined)[] = []
  dynamo.react = (response, { body }) => {
    const after = request.parse(JSON.parse(body)).ExclusiveStartKey?.workerId.S
    asked.push(after)
    const number = Number(after ?? 0) + 1
    const item = { workerId: { S: String(number) } }
    response.end(JSON.stringify({ Items: [item], ...(number < 3 && { LastEvaluatedKey: item }) }))
  }
  const found = await workersAndVerifiers('main')
  expect(found.map(({ workerId }) => workerId)).toEqual(['1', '2', '3'])
  expect(asked).toEqual([undefined, '1', '2'])
})
