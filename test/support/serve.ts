/** Baton in its own process, to be killed: `node test/support/serve.ts <state folder> <port> <options as JSON>`. */

import { appendFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startBaton } from '../../local/baton.ts'
import type { ServerOptions } from './server-process.ts'

const [stateDir = '', port = '0', options = '{}'] = process.argv.slice(2)
const given: ServerOptions = JSON.parse(options)
const baton = await startBaton({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  stateDir,
  port: Number(port),
  token: 'test-token',
  readToken: 'read',
  ...given,
  isolation: process.env.BATON_TEST_ISOLATION === 'none' ? 'none' : 'auto',
  log: (line) => appendFileSync(`${stateDir}/log.txt`, `${new Date().toISOString()} ${line}\n`),
})
process.send?.({ url: baton.url, token: baton.token, isolation: baton.e2b.isolation })
process.once('SIGTERM', async () => {
  await baton.close()
  process.exit(0)
})
