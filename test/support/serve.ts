/** Baton as a process of its own, to be killed: `node test/support/serve.ts <state folder> <port>`. */

import { appendFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startBaton } from '../../local/baton.ts'

const [stateDir = '', port = '0'] = process.argv.slice(2)
const baton = await startBaton({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  stateDir,
  port: Number(port),
  token: 'test-token',
  readToken: 'read',
  isolation: process.env.BATON_TEST_ISOLATION === 'none' ? 'none' : 'auto',
  log: (line) => appendFileSync(`${stateDir}/log.txt`, `${new Date().toISOString()} ${line}\n`),
})
process.send?.({ url: baton.url, token: baton.token })
