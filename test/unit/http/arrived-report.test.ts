/** Whether a worker's report has reached its session: the session's item knows legs that are under way only once they are assigned. */
import { beforeEach, expect, test, vi } from 'vitest'
import { bodyNames } from '../../../src/adapters/stored-names.ts'
import type { Body } from '../../../src/core/message.ts'
import { newWorker } from '../../../src/core/worker.ts'
import { arrivedReport } from '../../../src/use-cases/arrived-report.ts'
import { markArrivedReport } from '../../../src/use-cases/collect-leg.ts'
import { answer, startProvider } from '../channels/provider.ts'
import { AT, busyWith, NOW, session } from '../core/fixtures.ts'
import { setDeployment } from './deployment.ts'

setDeployment()
const dynamo = await startProvider()
beforeEach(() => {
  vi.stubEnv('AWS_ENDPOINT_URL', dynamo.url)
})

const { legs } = newWorker(
  { sessionId: 'main', workerId: 'w1', cliSession: 'cli-session' },
  { task: 'build it', criteria: [] },
  { commandId: 't1.0', run: 1, at: new Date(NOW), seconds: 60 },
)
const leg = legs[0] ?? expect.unreachable()

test('a leg that is just being assigned has no report, and is not marked', async () => {
  dynamo.react = answer(200, {})
  expect(await arrivedReport(session(), 'w1', leg)).toBeUndefined()
  await markArrivedReport(session(), 'w1', leg)
  expect(dynamo.asked).toHaveLength(2)
})

test('a leg that is under way has none either', async () => {
  const busy = { w1: busyWith(1, NOW) }
  expect(await arrivedReport(session({ busy }), 'w1', leg)).toBeUndefined()
  expect(dynamo.asked).toEqual([])
})

test('a report that the session has read is returned', async () => {
  const report: Body = { from: 'worker', workerId: 'w1', leg: 1, run: 1, text: 'done', at: AT }
  const document = { S: JSON.stringify(bodyNames.write(report)) }
  dynamo.react = answer(200, { Item: { document } })
  expect(await arrivedReport(session(), 'w1', leg)).toEqual(report)
})
