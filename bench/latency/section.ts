/** How long a person waits on this machine: start, first turn, whole conversation, activity of a worker. */
import { setTimeout as wait } from 'node:timers/promises'
import { block, replies, type TestBaton, testBaton } from '../../test/support/baton.ts'
import { accepted, converse, reply } from '../observe/conversation.ts'
import { now } from '../observe/now.ts'
import type { Options } from '../options.ts'
import { type Figure, type Findings, figure, measured } from '../report/figure.ts'

const CLIS = { quick: 'stand-in for the CLI', real: 'real CLI' } as const

export async function latency({ full }: Options): Promise<Findings> {
  const figures = await measure('quick', full ? 5 : 3)
  if (full) figures.push(...(await measure('real', 5)))
  return { figures, notes: ['Scripted model. Each round is a new session.'] }
}

async function measure(cli: keyof typeof CLIS, rounds: number): Promise<Figure[]> {
  const group = { group: CLIS[cli] }
  const began = now()
  const baton = await testBaton({ cli })
  const start = now() - began
  try {
    const firsts = []
    const reviews = []
    const news = []
    for (let i = 0; i < rounds; i++) {
      const session = `bench-${i}`
      firsts.push(await converse(baton, session, 'hello', reply(1)))
      await baton.settled(session)
      reviews.push(await converse(baton, session, block('echo done'), accepted(1)))
    }
    for (let i = 0; i < rounds; i++) news.push(await newsOf(baton, `news-${i}`))
    const [cold] = firsts
    const warm = firsts.slice(1)
    return [
      figure('start (template synthesised before)', 'ms', start, group),
      figure('first message accepted (202), cold', 'ms', cold?.acceptedMs ?? 0, group),
      figure('first reply, cold functions', 'ms', cold?.doneMs ?? 0, group),
      measured('message accepted (202)', 'ms', warm.map(acceptedMs), group),
      measured('first reply of a new session', 'ms', warm.map(doneMs), group),
      measured('task, worker, report, review, reply', 'ms', reviews.map(doneMs), group),
      measured('until a reader sees a tool call', 'ms', news, group),
    ]
  } finally {
    await baton.close()
  }
}

const acceptedMs = (each: { acceptedMs: number }) => each.acceptedMs
const doneMs = (each: { doneMs: number }) => each.doneMs

/** From the moment a command runs to the moment a reader of its worker sees it. */
async function newsOf(baton: TestBaton, session: string): Promise<number> {
  await baton.send(session, block('date +%s%3N; sleep 4'))
  const isSeen = async () => {
    const response = await baton.request(`/api/sessions/${session}/workers/w1`)
    const { legs = [] } = (await response.json()) as { legs?: { activity: string[] }[] }
    return legs.some(({ activity }) => activity.length > 0)
  }
  while (!(await isSeen())) await wait(20)
  const seen = now()
  const entries = await baton.until(session, (all) => replies(all).length === 2)
  return seen - Number(/\b\d{13}\b/.exec(replies(entries).at(-1) ?? '')?.[0])
}
