/** A server in its own process, so that a test can kill it: `node server-process.ts <stateDir> <isolation>`. */
import { startE2B } from '../../src/server.ts'

const [stateDir = '', isolation] = process.argv.slice(2)
const server = await startE2B({
  stateDir,
  isolation: isolation === 'bwrap' ? 'bwrap' : 'none',
  apiKey: 'test-key',
  templates: ['base'],
  tools: [{ name: 'node', file: process.execPath }],
  links: () => [],
})
console.log(server.url)
