/** Baton for a test: a complete one on free ports with its own state, and a client for it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import { type BatonOptions, type LocalBaton, startBaton } from '../../local/baton.ts'
import { bundleExecutable } from '../../sandbox/bundle.ts'
import type { Entry } from '../../src/core/history.ts'
import { expectDocumented } from './openapi.ts'
import { PATIENCE_SECONDS } from './patience.ts'
import { expectNowhere, secretsOf } from './secrets.ts'
import { SHARED_STATE } from './synthesise.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** `BATON_TEST_ISOLATION=none` runs every flow test without bubblewrap. */
export const isolation = process.env.BATON_TEST_ISOLATION === 'none' ? 'none' : 'auto'

export interface TestBaton extends LocalBaton {
  readonly stateDir: string
  /** Every line logged so far. */
  readonly log: readonly string[]
  request(route: string, init?: RequestInit): Promise<Response>
  /** Sends a message and returns its id. */
  send(sessionId: string, content: string, headers?: Record<string, string>): Promise<string>
  history(sessionId: string): Promise<readonly Entry[]>
  /**
   * Resolves with the history once it contains a matching entry. Rejects with the history so far if that takes too
   * long.
   */
  until(
    sessionId: string,
    holds: (entries: readonly Entry[]) => boolean | Promise<boolean>,
    seconds?: number,
  ): Promise<readonly Entry[]>
  /** Waits until a worker of the session (the first by default) has called a tool. */
  atWork(sessionId: string, worker?: number): Promise<void>
  /** Waits until what was sent has arrived, the conductor had the last word, no run is open, and the history is complete. */
  settled(sessionId: string): Promise<void>
}

export interface TestOptions extends Partial<BatonOptions> {
  /** `real` if Claude Code matters to the test; otherwise a replacement that takes a tenth of its time. */
  readonly cli?: 'real' | 'quick'
  /**
   * `reliable` if the test injects failures of pauses itself. Otherwise, where the project has a seed, some pauses are
   * slow, are refused or lose their sandbox.
   */
  readonly pauses?: 'reliable'
}

/**
 * Starts it. `close` also removes its state unless a folder was given. `BATON_CLI=real` uses the real CLI
 * everywhere.
 */
export async function testBaton({
  cli = 'quick',
  pauses,
  ...options
}: TestOptions = {}): Promise<TestBaton> {
  const own = options.stateDir === undefined
  const stateDir = options.stateDir ?? mkdtempSync(path.join(tmpdir(), 'baton-'))
  const log: string[] = []
  const baton = await startBaton({
    root,
    port: 0,
    token: 'test-token',
    readToken: 'test-read-token',
    isolation,
    // The benchmark runs outside of Vitest, and its pauses are reliable.
    ...(pauses !== 'reliable' && process.env.VITEST && { pauseSeed: inject('seed') }),
    log: (line) => log.push(line),
    ...(cli === 'quick' &&
      options.claude === undefined &&
      process.env.BATON_CLI !== 'real' && { claude: await quickClaude(stateDir) }),
    ...options,
    // Nothing is limited unless a test sets a limit. Without source maps, functions are a tenth faster.
    variables: { BUDGETS: '{}', NODE_OPTIONS: '', ...options.variables },
    stateDir,
  })
  const client = clientOf(baton, { crashing: options.intercept !== undefined })
  const close = async () => {
    const secrets = await secretsOf(baton.aws)
    await baton.close()
    // No secret may have leaked, whatever the tests of a file did.
    expectNowhere(secrets, { log, folder: stateDir })
    if (own) rmSync(stateDir, { recursive: true, force: true })
  }
  return { ...baton, ...client, stateDir, log, close }
}

const kept = new Map<string, Promise<TestBaton>>()

/**
 * Returns a Baton that the files of a test process share, for tests that need no special one: starting one takes
 * as long as most tests. Its users must delete their sessions, and so leave no sandboxes.
 */
export async function sharedBaton(cli: 'real' | 'quick' = 'quick'): Promise<TestBaton> {
  const known = kept.get(cli) ?? keptBaton(cli)
  kept.set(cli, known)
  const baton = await known
  const close = async () => {
    for (const session of await sessionsOf(baton))
      await baton.request(`/api/sessions/${session}`, { method: 'DELETE' })
    // Nothing may run for sessions that have ended.
    await baton.e2b.settled()
    const { created, ended } = baton.e2b.counters()
    if (created !== ended) throw new Error(`${created - ended} sandboxes are left`)
    expectNowhere(await secretsOf(baton.aws), { log: baton.log, folder: baton.stateDir })
  }
  return { ...baton, close }
}

function keptBaton(cli: 'real' | 'quick'): Promise<TestBaton> {
  const stateDir = mkdtempSync(path.join(process.env[SHARED_STATE] ?? tmpdir(), `${cli}-`))
  const variables = { APPROVALS: 'none' }
  return testBaton({ cli, people: SHARED_PEOPLE, stateDir, variables })
}

/** People whom a shared Baton answers. It writes to others without approval. */
const SHARED_PEOPLE = ['+15550100', '+15550101', '@example.com', 'carol@example.org']

async function sessionsOf({ request }: TestBaton): Promise<string[]> {
  const sessions: string[] = []
  for (let next: string | null = ''; next !== null; ) {
    const response = await request(`/api/sessions?limit=100${next && `&cursor=${next}`}`)
    const page = (await response.json()) as {
      sessions: { sessionId: string }[]
      next: string | null
    }
    sessions.push(...page.sessions.map(({ sessionId }) => sessionId))
    next = page.next
  }
  return sessions
}

/** Entries of a page, and the length at which an entry may have been truncated. */
const PAGE = 100
const FULL = 1_000_000

/**
 * Minimum ms between two polls, each of which is work for the machine under test; otherwise a tenth of the time
 * waited.
 */
const LOOK_AGAIN = 300
const LONGEST_PAUSE = 1_500

async function quickClaude(stateDir: string): Promise<string> {
  const executable = path.join(stateDir, 'quick-claude')
  await bundleExecutable(path.join(import.meta.dirname, 'quick-claude.ts'), executable)
  return executable
}

/** A client that uses HTTP only. With `crashing`, functions may crash during its requests. */
export function clientOf(
  { url, token }: { url: string; token: string },
  { crashing = false } = {},
) {
  const request = async (route: string, init: RequestInit = {}) => {
    const response = await fetch(`${url}${route}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...init.headers },
    })
    await expectDocumented(init.method ?? 'GET', route, response, { crashing })
    return response
  }
  const history = async (sessionId: string): Promise<readonly Entry[]> => {
    const entries: Entry[] = []
    for (;;) {
      const after = entries.at(-1)?.seq ?? 0
      const response = await request(`/api/sessions/${sessionId}/messages?after=${after}`)
      if (response.status === 404) return []
      const text = await response.text()
      const { messages } = JSON.parse(text) as { messages: Entry[] }
      entries.push(...messages)
      if (messages.length < PAGE && text.length < FULL) return entries
    }
  }
  const until: TestBaton['until'] = async (sessionId, holds, seconds = PATIENCE_SECONDS) => {
    const began = Date.now()
    const deadline = began + seconds * 1000
    for (;;) {
      const entries = await history(sessionId)
      if (await holds(entries)) return entries
      if (Date.now() > deadline)
        throw new Error(`not within ${seconds} s: ${JSON.stringify(entries, null, 1)}`)
      await wait(Math.min(LONGEST_PAUSE, Math.max(LOOK_AGAIN, (Date.now() - began) / 10)))
    }
  }
  /** The last message sent to each session. */
  const sent = new Map<string, string>()
  return {
    request,
    history,
    until,
    async send(sessionId: string, content: string, headers: Record<string, string> = {}) {
      const response = await request('/api/webhooks/conductor/message', {
        method: 'POST',
        headers,
        body: JSON.stringify({ sessionId, content }),
      })
      if (response.status !== 202) throw new Error(`${response.status}: ${await response.text()}`)
      const { messageId } = (await response.json()) as { messageId: string }
      sent.set(sessionId, messageId)
      return messageId
    },
    async atWork(sessionId: string, worker = 1) {
      const deadline = Date.now() + PATIENCE_SECONDS * 1000
      for (;;) {
        const response = await request(`/api/sessions/${sessionId}/workers/w${worker}`)
        const { legs = [] } = (await response.json()) as { legs?: { activity: string[] }[] }
        if (legs.some(({ activity }) => activity.length > 0)) return
        if (Date.now() > deadline)
          throw new Error(`the worker was not at work within ${PATIENCE_SECONDS} s`)
        await wait(LOOK_AGAIN)
      }
    },
    async settled(sessionId: string) {
      await until(sessionId, async (entries) => {
        const id = sent.get(sessionId)
        const hasArrived = id === undefined || entries.some(({ messageId }) => messageId === id)
        const isAnswered = withoutReceipts(entries).at(-1)?.role === 'conductor'
        if (!hasArrived || !isAnswered || !entries.every(isDone)) return false
        const response = await request(`/api/sessions/${sessionId}`)
        const { state, lastSeq } = (await response.json()) as { state: string; lastSeq: number }
        return !OPEN.includes(state) && (entries.at(-1)?.seq ?? 0) >= lastSeq
      })
    },
  }
}

const OPEN = ['running', 'recovering']

const isDone = ({ commands = [] }: Entry) => commands.every(({ status }) => status !== 'pending')

/** Returns the entries other than receipts. */
export const withoutReceipts = (entries: readonly Entry[]) =>
  entries.filter(({ receipt }) => !receipt)

/** Returns who wrote each entry, oldest first. */
export const roles = (entries: readonly Entry[]) => withoutReceipts(entries).map(({ role }) => role)

/** Returns the costs of the runs, oldest first. */
export const receipts = (entries: readonly Entry[]) =>
  entries.flatMap(({ receipt }) => receipt ?? [])

/** Returns the conductor's replies, oldest first. */
export const replies = (entries: readonly Entry[]) =>
  entries.filter(({ role, text }) => role === 'conductor' && text !== '').map(({ text }) => text)

/** Returns the commands of a type, oldest first. */
export const commandsOf = (entries: readonly Entry[], type: string) =>
  entries.flatMap(({ commands = [] }) => commands.filter((command) => command.type === type))

/** Returns the conductor's verdicts, oldest first: all, or those named. */
export const reviewsOf = (entries: readonly Entry[], ...verdicts: string[]) =>
  commandsOf(entries, 'REVIEW_WORKER').filter(
    ({ verdict }) => verdicts.length === 0 || verdicts.includes(String(verdict)),
  )

/** Returns the verdicts that end a worker. */
export const endingsOf = (entries: readonly Entry[]) => reviewsOf(entries, 'accept', 'give_up')

/** Returns a message whose fenced block a worker runs. */
export const block = (script: string) => `\`\`\`sh\n${script}\n\`\`\``
