/** How long a person waits on this machine: start, first turn, whole conversation, news of a worker. `node bench/latency.ts` */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startBaton } from '../local/baton.ts'
import { block, clientOf, commandsOf, replies } from '../test/support/baton.ts'

const ROUNDS = 5
const root = fileURLToPath(new URL('..', import.meta.url))
const stateDir = mkdtempSync(path.join(tmpdir(), 'baton-bench-'))

const timed = async (what: () => Promise<unknown>) => {
  const from = performance.now()
  await what()
  return performance.now() - from
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
const row = (name: string, ms: number) =>
  console.log(`${name.padEnd(52)} ${ms.toFixed(0).padStart(7)} ms`)

let baton: Awaited<ReturnType<typeof startBaton>> | undefined
const start = await timed(async () => {
  baton = await startBaton({
    root,
    stateDir,
    port: 0,
    token: 'bench',
    readToken: 'read',
    isolation: 'auto',
    log: () => {},
  })
})
if (!baton) throw new Error('not started')
const client = clientOf(baton)
console.log(`isolation ${baton.e2b.isolation}, scripted model, Node ${process.version}`)
row('start (template synthesised before)', start)

const accepted: number[] = []
const answered: number[] = []
const reviewed: number[] = []
for (let i = 0; i < ROUNDS; i++) {
  const session = `bench-${i}`
  answered.push(
    await timed(async () => {
      accepted.push(await timed(() => client.send(session, 'hello')))
      await client.until(session, (all) => replies(all).length === 1)
    }),
  )
  await client.settled(session)
  reviewed.push(
    await timed(async () => {
      await client.send(session, block('echo done'))
      await client.until(session, (all) => commandsOf(all, 'KILL_WORKER').length === 1)
    }),
  )
}
row('first message accepted (202), cold', accepted[0] ?? 0)
row(`message accepted (202), median of ${ROUNDS}`, median(accepted))
row('first reply of a new session, cold functions', answered[0] ?? 0)
row(`first reply of a new session, median of ${ROUNDS}`, median(answered))
row(`task, worker, report, review, reply, median of ${ROUNDS}`, median(reviewed))

/** From the moment at which a command runs to that at which a reader of its worker sees it, in ms. */
async function newsOf(session: string): Promise<number> {
  await client.send(session, block('date +%s%3N; sleep 4'))
  const isSeen = async () => {
    const response = await client.request(`/api/sessions/${session}/workers/w1`)
    const { legs = [] } = (await response.json()) as { legs?: { activity: string[] }[] }
    return legs.some(({ activity }) => activity.length > 0)
  }
  while (!(await isSeen())) await wait(20)
  const seen = Date.now()
  const entries = await client.until(session, (all) => replies(all).length === 2)
  return seen - Number(/\b\d{13}\b/.exec(replies(entries).at(-1) ?? '')?.[0])
}
const news: number[] = []
for (let i = 0; i < ROUNDS; i++) news.push(await newsOf(`news-${i}`))
row(`a tool call is seen by a reader, median of ${ROUNDS}`, median(news))
row('the same, the longest', Math.max(...news))

await baton.close()
rmSync(stateDir, { recursive: true, force: true })
