/** Imports a module as a function's runtime does and prints the cost: `node --expose-gc import-one.ts <file>`. */
import { pathToFileURL } from 'node:url'
import { provideStreaming } from '../../packages/local-aws/src/lambda-runtime/streaming.ts'

/** Memory in use, without garbage. */
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
// The module may have started something that keeps the process alive.
process.stdout.write(JSON.stringify({ cpuMs: (user + system) / 1000, heapKb }), () =>
  process.exit(0),
)
