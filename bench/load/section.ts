/**
 * Many concurrent sessions: how long they take, how many are answered, how much memory they take, and how much of
 * it is freed.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { bundleExecutable } from '../../sandbox/bundle.ts'
import type { Entry } from '../../src/core/history.ts'
import { startServer } from '../../test/support/server-process.ts'
import { GIVEN_BACK_MB } from '../marks.ts'
import { reply, timeOf } from '../observe/conversation.ts'
import { now } from '../observe/now.ts'
import { treeMemory } from '../observe/process-tree.ts'
import type { Options } from '../options.ts'
import { type Figure, type Findings, figure, measured } from '../report/figure.ts'
import { sum } from '../report/statistics.ts'
import { root } from '../root.ts'
import { watchPeak } from './peak.ts'

const FEW = 50
const MANY = 200

/** A little more than the minute for which an idle function is kept. */
const GIVE_BACK_MS = 70_000

/** Replies after that do not count. */
const PATIENCE_MS = 900_000
const LOOK_MS = 300

const MOST_REFUSALS = 20

export async function load({ full, sessions }: Options): Promise<Findings> {
  const counts = sessions === undefined ? [FEW, ...(full ? [MANY] : [])] : [sessions]
  const figures: Figure[] = []
  for (const count of counts) figures.push(...(await measure(count, full)))
  return {
    figures,
    notes: [
      'One message in each session, all concurrent, with the stand-in for the CLI. Memory is each process’s share (PSS) of the',
      'server and its descendants. The marks for freed memory are meant for 2,000 sessions: --full --sessions 2000.',
    ],
  }
}

type Server = Awaited<ReturnType<typeof startServer>>

async function measure(count: number, full: boolean): Promise<Figure[]> {
  const stateDir = mkdtempSync(path.join(tmpdir(), 'baton-bench-'))
  const claude = path.join(stateDir, 'quick-claude')
  await bundleExecutable(path.join(root, 'test/support/quick-claude.ts'), claude)
  const variables = { BUDGETS: '{}', NODE_OPTIONS: '' }
  const server = await startServer(stateDir, 0, { claude, variables })
  try {
    const group = { group: `${count} sessions at once` }
    const idle = treeMemory(server.pid)
    const peak = watchPeak(server.pid)
    const posted = now()
    const names = Array.from({ length: count }, (_, i) => `load-${i}`)
    const refusals = sum(await Promise.all(names.map((session) => post(server, session))))
    const replies = await repliesOf(server, names)
    const most = await peak.stop()
    const waits = replies.map((entry) => (timeOf(entry) - posted) / 1000)
    return [
      figure('answered', '', replies.length, group),
      figure('webhooks refused and retried', '', refusals, group),
      figure('until the last reply', 's', Math.max(...waits), group),
      measured('until a reply', 's', waits, group),
      figure('server before', 'MB', idle.server, group),
      figure('server, peak', 'MB', most.server, group),
      figure('process tree, peak', 'MB', most.tree, group),
      figure('processes, peak', '', most.processes, group),
      ...(full ? await givenBack(server, group) : []),
    ]
  } finally {
    await server.stop()
    rmSync(stateDir, { recursive: true, force: true })
  }
}

/** Posts a message until it is accepted, as clients do. Returns how often it was refused. */
async function post(server: Server, sessionId: string): Promise<number> {
  for (let refusals = 0; ; refusals++) {
    const problem = await postOnce(server, sessionId)
    if (problem === undefined) return refusals
    if (refusals === MOST_REFUSALS) throw new Error(problem)
    await wait(1_000)
  }
}

/** Returns what went wrong, if anything. On a busy machine a connection may break. */
const postOnce = ({ url, token }: Server, sessionId: string) =>
  fetch(`${url}/api/webhooks/conductor/message`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'idempotency-key': sessionId },
    body: JSON.stringify({ sessionId, content: 'hello' }),
  }).then(
    async (response) => (response.ok ? undefined : `${response.status}: ${await response.text()}`),
    String,
  )

/** Waits for one session after the other, to keep the number of reads low. */
async function repliesOf(server: Server, names: readonly string[]): Promise<Entry[]> {
  const deadline = now() + PATIENCE_MS
  const found: Entry[] = []
  for (const session of names) {
    const entry = await replyOf(server, session, deadline)
    if (entry) found.push(entry)
  }
  return found
}

/** A read may be refused under load. */
async function replyOf(server: Server, session: string, deadline: number) {
  for (;;) {
    const entry = reply(1)(await server.history(session).catch(() => []))
    if (entry || now() > deadline) return entry
    await wait(LOOK_MS)
  }
}

async function givenBack(server: Server, group: { readonly group: string }): Promise<Figure[]> {
  await wait(GIVE_BACK_MS)
  const after = treeMemory(server.pid)
  const because = `${after.processes} processes are still running, ${after.server.toFixed(0)} of ${after.tree.toFixed(0)} MB are the server's`
  const rest = (most: number) => ({ ...group, most, because })
  return [
    figure('server, a minute later', 'MB', after.server, rest(GIVEN_BACK_MB.server)),
    figure('process tree, a minute later', 'MB', after.tree, rest(GIVEN_BACK_MB.tree)),
    figure('processes, a minute later', '', after.processes, group),
  ]
}
