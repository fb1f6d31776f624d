/** People of a configuration that is too long for a variable are read from the table. */
import { beforeEach, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { configured, isAllowed } from '../../../src/adapters/contacts.ts'
import { startProvider } from '../channels/provider.ts'
import { setDeployment } from './deployment.ts'

setDeployment()
const dynamo = await startProvider()

const request = z.object({ Key: z.object({ scope: z.object({ S: z.string() }) }) })
const people = ['+15550100', '@Example.com']

beforeEach(() => {
  vi.stubEnv('AWS_ENDPOINT_URL', dynamo.url)
  vi.stubEnv('CONTACTS_TABLE', 'contacts')
  dynamo.react = (response, { body }) => {
    const { scope } = request.parse(JSON.parse(body)).Key
    const Item = { people: { L: people.map((one) => ({ S: one })) } }
    response.end(JSON.stringify(scope.S === 'configured' ? { Item } : {}))
  }
})

test('each is allowed, and nobody else', async () => {
  vi.stubEnv('PEOPLE_IN_TABLE', 'true')
  expect(await configured()).toEqual(['+15550100', '@example.com'])
  expect(await isAllowed('+15550100')).toBe(true)
  expect(await isAllowed('ada@example.com')).toBe(true)
  expect(await isAllowed('+15550199')).toBe(false)
})

test('a list that fits is in the variable alone', async () => {
  vi.stubEnv('PEOPLE_IN_TABLE', undefined)
  vi.stubEnv('PEOPLE', '["+15550101"]')
  expect(await isAllowed('+15550101')).toBe(true)
  expect(await isAllowed('+15550100')).toBe(false)
})
