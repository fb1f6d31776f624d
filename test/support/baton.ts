/** Baton for a test: the whole of it on free ports with its own state, and what a client does with it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
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
  /** Everything that was logged so far. */
  readonly log: readonly string[]
  request(route: string, init?: RequestInit): Promise<Response>
  /** Sends a message; answers its id. */
  send(sessionId: string, content: string, headers?: Record<string, string>): Promise<string>
  history(sessionId: string): Promise<readonly Entry[]>
  /** The history once it holds an entry of the kind; fails with the history so far when it takes too long. */
  until(
    sessionId: string,
    holds: (entries: readonly Entry[]) => boolean,
    seconds?: number,
  ): Promise<readonly Entry[]>
  /** Waits until a worker of the session, the first unless another is named, was seen to call a tool. */
  atWork(sessionId: string, worker?: number): Promise<void>
  /** Waits until no run is open in the session. */
  settled(sessionId: string): Promise<void>
}

interface TestOptions extends Partial<BatonOptions> {
  /** `real` where Claude Code matters to what is tested; otherwise a stand-in that takes a tenth of its time. */
  readonly cli?: 'real' | 'quick'
}

/** Starts it; `close` also removes its state unless a folder was given. `BATON_CLI=real` has no stand-in anywhere. */
export async function testBaton({
  cli = 'quick',
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
    log: (line) => log.push(line),
    ...(cli === 'quick' &&
      options.claude === undefined &&
      process.env.BATON_CLI !== 'real' && { claude: await quickClaude(stateDir) }),
    ...options,
    // Nothing is limited unless a test says so; reading source maps takes a tenth of a function's time.
    variables: { BUDGETS: '{}', NODE_OPTIONS: '', ...options.variables },
    stateDir,
  })
  const client = clientOf(baton, { crashing: options.intercept !== undefined })
  const close = async () => {
    const secrets = await secretsOf(baton.aws)
    await baton.close()
    // Promise 5, after whatever the tests of a file did.
    expectNowhere(secrets, { log, folder: stateDir })
    if (own) rmSync(stateDir, { recursive: true, force: true })
  }
  return { ...baton, ...client, stateDir, log, close }
}

const kept = new Map<string, Promise<TestBaton>>()

/**
 * A Baton that the files of a worker process have in common, for those that need nothing else than this: starting one takes
 * as long as most tests. Whoever uses it leaves it without sessions, and so without sandboxes.
 */
export async function sharedBaton(cli: 'real' | 'quick' = 'quick'): Promise<TestBaton> {
  const known = kept.get(cli) ?? keptBaton(cli)
  kept.set(cli, known)
  const baton = await known
  const close = async () => {
    for (const session of await sessionsOf(baton))
      await baton.request(`/api/sessions/${session}`, { method: 'DELETE' })
    // Promise 4: nothing runs of sessions that have ended.
    const { created, ended } = baton.e2b.counters()
    if (created !== ended) throw new Error(`${created - ended} sandboxes are left`)
    expectNowhere(await secretsOf(baton.aws), { log: baton.log, folder: baton.stateDir })
  }
  return { ...baton, close }
}

function keptBaton(cli: 'real' | 'quick'): Promise<TestBaton> {
  const stateDir = mkdtempSync(path.join(process.env[SHARED_STATE] ?? tmpdir(), `${cli}-`))
  return testBaton({ cli, people: SHARED_PEOPLE, stateDir })
}

/** Who may write to a shared Baton and be written to. */
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

/** Entries of a page; and characters of one that may have been cut short because it is large. */
const PAGE = 100
const FULL = 1_000_000

/** ms; each look is work for the machine that runs what is looked at. After this, or a tenth of what has been waited. */
const LOOK_AGAIN = 300
const LONGEST_PAUSE = 1_500

async function quickClaude(stateDir: string): Promise<string> {
  const executable = path.join(stateDir, 'quick-claude')
  await bundleExecutable(path.join(import.meta.dirname, 'quick-claude.ts'), executable)
  return executable
}

/** What a client does over HTTP alone; `crashing`: functions may crash under its requests. */
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
      if (holds(entries)) return entries
      if (Date.now() > deadline)
        throw new Error(`not within ${seconds} s: ${JSON.stringify(entries, null, 1)}`)
      await wait(Math.min(LONGEST_PAUSE, Math.max(LOOK_AGAIN, (Date.now() - began) / 10)))
    }
  }
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
      let last = ''
      await until(sessionId, (entries) => {
        const now = JSON.stringify(entries)
        const quiet = now === last && entries.every(isDone)
        last = now
        return quiet && said(entries).at(-1)?.role === 'conductor'
      })
    },
  }
}

const isDone = ({ commands = [] }: Entry) => commands.every(({ status }) => status !== 'pending')

/** What was said, without the receipts. */
export const said = (entries: readonly Entry[]) => entries.filter(({ receipt }) => !receipt)

/** Who said it, oldest first. */
export const roles = (entries: readonly Entry[]) => said(entries).map(({ role }) => role)

/** What the runs spent, oldest first. */
export const receipts = (entries: readonly Entry[]) =>
  entries.flatMap(({ receipt }) => receipt ?? [])

/** The conductor's replies, oldest first. */
export const replies = (entries: readonly Entry[]) =>
  entries.filter(({ role, text }) => role === 'conductor' && text !== '').map(({ text }) => text)

/** The commands of a type, oldest first. */
export const commandsOf = (entries: readonly Entry[], type: string) =>
  entries.flatMap(({ commands = [] }) => commands.filter((command) => command.type === type))

/** A message whose fenced block a worker runs. */
export const block = (script: string) => `\`\`\`sh\n${script}\n\`\`\``
