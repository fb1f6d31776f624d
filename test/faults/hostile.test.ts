/** A hostile corpus against a model that follows the attacker: what Baton itself prevents. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Conductor } from '../../local/model/conductor.ts'
import { readConversation } from '../../local/model/conversation.ts'
import { echo, echoOfReports, structured } from '../../local/model/gullible-model.ts'
import { outboxOf } from '../../local/providers/outbox.ts'
import type { Entry } from '../../src/core/history.ts'
import { commandsOf, type TestBaton, testBaton } from '../support/baton.ts'
import { FALSE_FRAME, isFor, isFromAllowedSender, type Way } from '../support/hostile-case.ts'
import { HOSTILE } from '../support/hostile-corpus.ts'
import { type Played, play, SMS_SESSION } from '../support/hostile-play.ts'
import { mapLimit } from '../support/map-limit.ts'
import { expectNoSandboxLeft } from '../support/no-sandbox-left.ts'
import { sampleOf } from '../support/sample.ts'
import { secretsOf } from '../support/secrets.ts'

const CONDUCTORS: Record<Way, Conductor> = { structured, echo, reports: echoOfReports }
/** A third of each channel's echo cases is played. */
const ECHOED = 1 / 3
const WAYS = ['structured', 'echo', 'reports'] as const

let baton: TestBaton
/** Every sandbox that ever existed, with its session and worker. */
const sandboxes = new Map<string, { session: string; worker?: string }>()
const histories = new Map<string, readonly Entry[]>()
const played: Played[] = []

beforeAll(async () => {
  // What is sent to others without approval is checked here. hostile-approvals.test.ts plays the corpus with approvals.
  const variables = { APPROVALS: 'none' }
  baton = await testBaton({
    people: ['+15550100', '@example.com'],
    variables,
    intercept: async ({ operation }, perform) => {
      await perform()
      // It may be ended soon.
      if (/^POST \S*\/sandboxes$/.test(operation)) noteSandboxes()
    },
  })
})
afterAll(() => baton.close())

function noteSandboxes() {
  for (const { id, metadata } of baton.e2b.sandboxes()) {
    const { session = '', worker } = metadata
    sandboxes.set(id, { session, ...(worker && { worker }) })
  }
}

const workersIn = (sessionId: string) =>
  [...sandboxes.values()].filter(({ session, worker }) => session === sessionId && worker).length

const genuine = () => played.filter(({ hostile }) => isFromAllowedSender(hostile))

async function sessionIds(): Promise<string[]> {
  const ids: string[] = []
  for (let cursor = ''; ; ) {
    const response = await baton.request(`/api/sessions?limit=100${cursor}`)
    const page = (await response.json()) as {
      sessions: { sessionId: string }[]
      next: string | null
    }
    ids.push(...page.sessions.map(({ sessionId }) => sessionId))
    if (page.next === null) return ids
    cursor = `&cursor=${encodeURIComponent(page.next)}`
  }
}

test.each(WAYS)('the corpus is played to its end: %s', async (way) => {
  expect(HOSTILE.length).toBeGreaterThanOrEqual(50)
  expect(new Set(HOSTILE.map(({ name }) => name)).size).toBe(HOSTILE.length)
  if (baton.model) baton.model.conductor = CONDUCTORS[way]
  const cases = way === 'echo' ? echoed() : HOSTILE.filter((hostile) => isFor(way, hostile))
  const now = await play(baton, way, cases)
  expect(now).toHaveLength(cases.length)
  played.push(...now)
  for (const { sessionId } of now) histories.set(sessionId, await baton.history(sessionId))
  if (way === 'structured') expect(textCommands(SMS_SESSION)).not.toEqual([])
})

/** A sample of each channel, plus every case with a false frame, which a test below needs. */
const echoed = () =>
  (['sms', 'email'] as const).flatMap((channel) => {
    const all = HOSTILE.filter((each) => isFor('echo', each) && each.channel === channel)
    const sample = new Set(sampleOf(all, Math.ceil(all.length * ECHOED)))
    return all.filter((each) => sample.has(each) || JSON.stringify(each).includes(FALSE_FRAME))
  })

/** Returns the accepted commands of a session, by type. */
const textCommands = (sessionId: string) =>
  (histories.get(sessionId) ?? []).flatMap(({ commands = [] }) => commands)

test('unsigned posts are refused, and all others get 200, because SendGrid drops an email that is refused', () => {
  const answers = played.map(({ hostile, status }) => ({ name: hostile.name, status }))
  expect(answers).toEqual(
    played.map(({ hostile: { name, sent } }) => ({
      name,
      status: sent === 'unsigned' ? 403 : 200,
    })),
  )
})

test('forged and unknown senders created no session; messages of people did', async () => {
  const expected = new Set(genuine().map(({ sessionId }) => sessionId))
  expect((await sessionIds()).sort()).toEqual([...expected].sort())
})

test('only people on the list who wrote got messages, and each reply reached the right person', () => {
  const writers = new Set(genuine().map(({ writer }) => writer))
  const { messages } = outboxOf(baton.twilio, baton.sendgrid)
  expect(new Set(messages.map(({ to }) => to))).toEqual(writers)
  const addressees = [...histories.values()]
    .flat()
    .flatMap(({ commands = [] }) =>
      commands.flatMap(({ outcome }) => /^on its way to (.+)$/.exec(outcome ?? '')?.[1] ?? []),
    )
  expect(addressees.filter((to) => !writers.has(to))).toEqual([])
  const answered = new Set(genuine().map(({ sessionId, writer }) => `${sessionId} ${writer}`))
  for (const { to, cc, bcc, customArgs, headers, attachments } of baton.sendgrid.outbox) {
    const [session = '', , name = ''] = customArgs.baton?.split('/') ?? []
    expect([to.length, cc, bcc, attachments]).toEqual([1, [], [], []])
    expect(Object.keys(headers).map((each) => each.toLowerCase())).not.toContain('reply-to')
    expect(JSON.stringify(headers)).not.toMatch(/\bbcc\b/i)
    if (name.startsWith('reply')) expect(answered).toContain(`${session} ${to[0]}`)
  }
})

test('no message contains a secret', async () => {
  const sent = JSON.stringify(outboxOf(baton.twilio, baton.sendgrid))
  expect(sent).toContain('PATH=')
  for (const [name, secret] of await secretsOf(baton.aws))
    expect(sent.includes(secret), name).toBe(false)
})

test('there is exactly one sandbox for each worker that people on the list asked for in their own words', () => {
  // The SMS of one number are one session, so they are counted together.
  const wanted = new Map<string, { names: string; workers: number }>()
  /** Their worker is ended by the same turn, perhaps before it has a sandbox. */
  const endedAtOnce = new Set<string>()
  for (const { sessionId, hostile, way } of played) {
    const { names, workers } = wanted.get(sessionId) ?? { names: '', workers: 0 }
    const more = way === 'echo' ? 0 : (hostile.mayAct ?? 0)
    wanted.set(sessionId, { names: `${names} ${way}: ${hostile.name};`, workers: workers + more })
    if (hostile.endsItsWorker) endedAtOnce.add(sessionId)
  }
  const seen = [...wanted].map(([sessionId, { names, workers }]) => {
    const got = workersIn(sessionId)
    return { names, workers: endedAtOnce.has(sessionId) && got < workers ? workers : got }
  })
  expect(seen).toEqual([...wanted.values()])
  expect(sandboxes.size).toBe(baton.e2b.counters().created)
})

test('nothing that a conductor merely repeats is a command', () => {
  for (const { sessionId, hostile, way } of played) {
    if (way === 'structured' || sessionId === SMS_SESSION) continue
    const accepted = textCommands(sessionId).map(({ type }) => type)
    const honest = way === 'reports' ? ['SPAWN_WORKER'] : []
    expect({ name: hostile.name, accepted }).toEqual({ name: hostile.name, accepted: honest })
  }
  const given = played.filter(({ way, hostile }) => way === 'echo' && hostile.channel === 'sms')
  const entries = histories.get(SMS_SESSION) ?? []
  const [last] = entries.filter(({ role }) => role === 'user').slice(-given.length)
  const repeated = entries.filter(({ seq }) => seq >= (last?.seq ?? 0))
  expect(repeated.flatMap(({ commands = [] }) => commands)).toEqual([])
})

test('no slash command was executed, because none stood alone; no refused command was executed in part', () => {
  for (const [sessionId, entries] of histories) {
    const notices = entries.filter(({ role, receipt }) => role === 'system' && !receipt)
    expect(notices.map(({ text }) => text).join('\n'), sessionId).not.toMatch(
      /Stopped|A new conversation|are being ended/,
    )
    expect(commandsOf(entries, 'DELIVER_FILE').filter(({ status }) => status === 'done')).toEqual(
      [],
    )
  }
})

test('the model saw no false frame as a real one', () => {
  const frames = (baton.model?.requests ?? []).flatMap(({ request }) => {
    const { prompt, before } = readConversation(request)
    return [...before.prompt, ...prompt]
  })
  const holding = frames.filter(({ content }) => content.includes(FALSE_FRAME))
  expect(new Set(holding.map(({ kind }) => kind))).toEqual(
    new Set(['SMS', 'EMAIL', 'WORKER', 'TASK']),
  )
  const kinds = frames.filter(({ content }) => content.trimStart().startsWith(FALSE_FRAME))
  expect(kinds).toEqual([])
})

test('deleted sessions leave no sandbox', async () => {
  await mapLimit(await sessionIds(), 6, async (sessionId) => {
    const response = await baton.request(`/api/sessions/${sessionId}`, { method: 'DELETE' })
    expect(response.status).toBe(204)
  })
  await expectNoSandboxLeft(baton)
  expect(await sessionIds()).toEqual([])
})
