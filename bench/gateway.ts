/** What the gateway costs in time: first byte and throughput of a stream through it and without it. `node bench/gateway.ts` */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { startBaton } from '../local/baton.ts'
import { askFor, openGateway } from '../test/support/gateway.ts'
import { secretsOf } from '../test/support/secrets.ts'

const ROUNDS = 20
/** Characters of the long answer: about 10,000 events. */
const LONG = 2_000_000

const stateDir = mkdtempSync(path.join(tmpdir(), 'baton-bench-'))
const baton = await startBaton({
  root: fileURLToPath(new URL('..', import.meta.url)),
  stateDir,
  port: 0,
  token: 'bench',
  readToken: 'read',
  isolation: 'auto',
  // The long answers alone would use up the default one.
  variables: { BUDGETS: '{}' },
  log: () => {},
})
const { model, aws } = baton
if (!model) throw new Error('the scripted model is not there')

const [, modelKey = ''] =
  [...(await secretsOf(aws))].find(([name]) => name.includes('anthropic-api-key')) ?? []
const ways = {
  model: { url: model.url, key: modelKey },
  gateway: await openGateway(baton, 'bench'),
}

/** Milliseconds to the first byte and to the last, and the bytes. */
async function ask(way: { url: string; key: string }, characters: number) {
  model?.faults.push({ answer: [{ type: 'text', text: 'x'.repeat(characters) }] })
  const began = performance.now()
  const answer = await askFor(way)
  if (answer.status !== 200 || !answer.body) throw new Error(await answer.text())
  let first = 0
  let bytes = 0
  for await (const chunk of answer.body) {
    first ||= performance.now() - began
    bytes += chunk.length
  }
  return { first, total: performance.now() - began, bytes }
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0

async function measure(way: { url: string; key: string }) {
  await ask(way, 100)
  const short = []
  for (let i = 0; i < ROUNDS; i++) short.push(await ask(way, 100))
  const long = []
  for (let i = 0; i < 5; i++) long.push(await ask(way, LONG))
  return {
    'first byte, ms': median(short.map(({ first }) => first)),
    'short answer, ms': median(short.map(({ total }) => total)),
    'throughput, MB/s': median(long.map(({ bytes, total }) => bytes / total / 1000)),
  }
}

const alone = await measure(ways.model)
const through = await measure(ways.gateway)
console.log(`scripted model, Node ${process.version}, medians of ${ROUNDS} (throughput: 5)`)
console.log(
  `${''.padEnd(20)} ${'alone'.padStart(9)} ${'gateway'.padStart(9)} ${'ratio'.padStart(7)}`,
)
for (const name of ['first byte, ms', 'short answer, ms', 'throughput, MB/s'] as const) {
  const cells = [alone[name].toFixed(1), through[name].toFixed(1)].map((cell) => cell.padStart(9))
  console.log(
    `${name.padEnd(20)} ${cells.join(' ')} ${(through[name] / alone[name]).toFixed(2).padStart(7)}`,
  )
}

await baton.close()
rmSync(stateDir, { recursive: true, force: true })
