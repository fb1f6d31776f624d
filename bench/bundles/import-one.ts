/** Imports a module as a function's runtime does and prints what that took: `node --expose-gc import-one.ts <file>`. */
import { pathToFileURL } from 'node:url'
import { provideStreaming } from '../../packages/local-aws/src/lambda-runtime/streaming.ts'

/** What is kept, without what only waits to be collected. */
function heapBytes(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

provideStreaming()
const [file = ''] = process.argv.slice(2)
const heapBefore = heapBytes()
const cpuBefore = process.cpuUsage()
await import(pathToFileURL(file).href)
const { user, system } = process.cpuUsage(cpuBefore)
const heapKb = (heapBytes() - heapBefore) / 1024
// Something in the module may want to go on.
process.stdout.write(JSON.stringify({ cpuMs: (user + system) / 1000, heapKb }), () =>
  process.exit(0),
)
