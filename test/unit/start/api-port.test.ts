/** A port that cannot be opened is refused with the name of a free one. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import * as z from 'zod'
import { openApiPort } from '../../../local/api-port.ts'

const address = z.object({ port: z.number() })

/** A port that another program listens on. */
async function taken(port = 0): Promise<number> {
  const server = createServer()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return address.parse(server.address()).port
}

const open = (port: number) => openApiPort(port, () => {})

test('it is open before a handler is set', async () => {
  const api = await open(0)
  onTestFinished(() => api.close())
  expect((await fetch(api.url)).status).toBe(503)
})

test('if it is in use, the error names one that is free', async () => {
  const port = await taken()
  const refusal = await open(port).then(
    () => '',
    (error: Error) => error.message,
  )
  expect(refusal).toContain(`Port ${port} is in use by another program.`)
  const named = Number(/`PORT=(\d+) npm start`/.exec(refusal)?.[1])
  expect(named).toBeGreaterThan(port)
  await (await open(named)).close()
})
