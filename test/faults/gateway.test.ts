/** The gateway when the store fails at the end of a response, or the client leaves in the middle of it. */
import { afterEach, expect, test, vi } from 'vitest'
import { AwsError } from '../../packages/local-aws/src/json-service.ts'
import { type TestBaton, testBaton } from '../support/baton.ts'
import { stepOf } from '../support/function-calls.ts'
import { askFor, openGateway } from '../support/gateway.ts'
import { PATIENT } from '../support/patience.ts'
import { modelsOf, sentBy, usageTable } from '../support/usage.ts'

let baton: TestBaton
afterEach(() => baton.close())

test('a response that cannot be counted reaches the client, and stays recorded as in flight', async () => {
  let isDown = false
  let admitted = false
  baton = await testBaton({
    cli: 'real',
    intercept: async (call, perform) => {
      const isWrite = stepOf(call) === 'ModelGateway' && call.operation === 'UpdateItem'
      if (isWrite && isDown && admitted) throw new AwsError('InternalServerError', 'down', 500)
      await perform()
      if (isWrite && isDown) admitted = true
    },
  })
  const way = await openGateway(baton, 'down')
  const inFlight = async () => Object.keys((await usageTable(baton).ledger('down')).inFlight).length
  const before = await inFlight()
  isDown = true
  const answer = await (await askFor(way)).text()
  expect(answer).toMatch(/event: message_stop\ndata: .*\n\n$/)
  expect(await inFlight()).toBe(before + 1)
  expect(baton.log.join('\n')).toContain('usage not counted')
  // The next one is counted as usual.
  isDown = false
  await (await askFor(way)).text()
  expect(await inFlight()).toBe(before + 1)
  expect((await usageTable(baton).ledger('down')).total.answers).toBe(1)
})

test('a request that is not sent, because the day cannot be read, reserves nothing', async () => {
  let isDown = false
  let posts = 0
  baton = await testBaton({
    cli: 'real',
    variables: { BUDGETS: JSON.stringify({ day: { usd: 10 } }) },
    intercept: async (call, perform) => {
      const isDay = call.body.includes('day#')
      if (isDown && isDay && stepOf(call) === 'ModelGateway' && call.operation === 'UpdateItem') {
        posts += 1
        throw new AwsError('ValidationException', 'down', 400)
      }
      await perform()
    },
  })
  const way = await openGateway(baton, 'unsent')
  const before = await usageTable(baton).ledger('unsent')
  isDown = true
  expect((await askFor(way)).status).toBe(503)
  expect(posts).toBeGreaterThan(0)
  expect((await usageTable(baton).ledger('unsent')).inFlight).toEqual(before.inFlight)
})

test('a response whose client has left is counted to its end', async () => {
  baton = await testBaton({ cli: 'real' })
  const way = await openGateway(baton, 'left')
  baton.model?.faults.push({ answer: [{ type: 'text', text: 'x'.repeat(3_000_000) }] })
  const leaving = new AbortController()
  const answer = await askFor(way, { signal: leaving.signal })
  await answer.body?.getReader().read()
  leaving.abort()
  expect(sentBy(baton)['tokens.output']).toBeGreaterThan(700_000)
  await vi.waitFor(async () => {
    const { total, inFlight } = await usageTable(baton).ledger('left')
    expect(modelsOf(total)).toEqual(sentBy(baton))
    // The turn itself, which the model leaves open.
    expect(Object.keys(inFlight)).toHaveLength(1)
  }, PATIENT)
})
