/** What waits for a person is found over all sessions: those with open questions, and those that are paused at a budget. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ShapeOf } from '../../src/contract/api/index.ts'
import { replies, type TestBaton, testBaton } from '../support/baton.ts'
import { fill, storedSession } from '../support/many-sessions.ts'
import { PATIENT } from '../support/patience.ts'

/** More than one page. */
const ASKING = 120
const HOUR = 3_600_000
const hoursAgo = (hours: number) => new Date(Date.now() - hours * HOUR).toISOString()

const question = (askedAt: string) => ({
  id: 'q1',
  kind: 'ask',
  seq: 1,
  text: 'Shall it be blue?',
  choices: ['yes', 'no'],
  askedAt,
  expiresAt: Date.now() + 1000 * HOUR,
  about: [],
  asked: [],
})

const PAUSED = { scope: 'session', unit: 'usd', limit: 1, spent: 1, seq: 1 } as const

/** Number `n` was asked `n` hours ago. */
const asking = (n: number) => ({
  ...storedSession(n, 1),
  questions: [question(hoursAgo(n))],
  waits: 'waits',
  waitsSince: hoursAgo(n),
})

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton({ variables: { BUDGETS: JSON.stringify({ day: { turns: 1 } }) } })
  await fill(
    baton,
    'Sessions',
    Array.from({ length: ASKING }, (_, i) => asking(i + 1)),
  )
})
afterAll(() => baton.close())

type SessionPage = ShapeOf<'SessionPage'>

const get = async <Page>(route: string) => {
  const response = await baton.request(route)
  return { status: response.status, body: (await response.json()) as Page }
}

/** Returns the sessions in a state, page by page. */
async function pagesOf(state: string, limit: number) {
  const pages: SessionPage['sessions'][] = []
  for (let next: string | null = ''; next !== null; ) {
    const { body }: { body: SessionPage } = await get(
      `/api/sessions?state=${state}&limit=${limit}${next && `&cursor=${next}`}`,
    )
    pages.push(body.sessions)
    next = body.next
  }
  return pages
}

const ids = (sessions: SessionPage['sessions']) => sessions.map(({ sessionId }) => sessionId)

test('a session that pauses is found behind all that wait for longer', async () => {
  await baton.send('first', 'hello')
  await baton.until('first', (all) => replies(all).length === 1)
  await baton.send('second', 'hello')
  const entries = await baton.until('second', (all) =>
    all.some(({ text }) => text.startsWith('Paused.')),
  )
  const notice = entries.find(({ text }) => text.startsWith('Paused.'))
  const { body } = await get<SessionPage>('/api/sessions?state=paused&limit=1')
  expect(body).toMatchObject({
    sessions: [{ sessionId: 'second', state: 'paused', held: 1, pausedAt: notice?.at }],
    next: null,
  })
  await baton.settled('first')
  expect(await pagesOf('idle', 50)).toMatchObject([[{ sessionId: 'first', pausedAt: null }]])
  expect(await pagesOf('running', 50)).toEqual([[]])
})

test('sessions that wait for an answer are listed in pages, the longest wait first, each once', async () => {
  const pages = await pagesOf('waiting', 50)
  expect(pages.map(({ length }) => length)).toEqual([50, 50, ASKING - 100])
  expect(ids(pages.flat())).toEqual(Array.from({ length: ASKING }, (_, i) => `old-${ASKING - i}`))
})

test('a page is one of the list from which its cursor is', async () => {
  const { body } = await get<SessionPage>('/api/sessions?state=waiting&limit=1')
  const of = async (list: string) =>
    (await get(`/api/sessions?limit=1${list}&cursor=${body.next}`)).status
  expect(await of('&state=waiting')).toBe(200)
  expect(await of('&state=idle')).toBe(400)
  expect(await of('')).toBe(400)
  expect((await get('/api/sessions?state=asleep')).status).toBe(400)
})

test('a pause of an earlier version is found from the next change of its session on', async () => {
  const { waits: _, waitsSince: __, ...stored } = asking(200)
  await fill(baton, 'Sessions', [{ ...stored, sessionId: 'before', questions: [], paused: PAUSED }])
  await baton.send('before', '/status')
  await expect
    .poll(async () => ids((await pagesOf('paused', 50)).flat()), PATIENT)
    .toEqual(['before', 'second'])
})

test('questions come oldest first, also from sessions that have been paused for longer', async () => {
  await fill(baton, 'Sessions', [
    {
      ...asking(300),
      sessionId: 'both',
      questions: [question(hoursAgo(0.5))],
      paused: { ...PAUSED, at: hoursAgo(300) },
    },
  ])
  const asked: string[] = []
  for (let next: string | null = ''; next !== null; ) {
    const { body }: { body: ShapeOf<'QuestionPage'> } = await get(
      `/api/questions?limit=40${next && `&cursor=${next}`}`,
    )
    asked.push(...body.questions.map(({ sessionId }) => sessionId))
    next = body.next
  }
  expect(asked).toEqual([...Array.from({ length: ASKING }, (_, i) => `old-${ASKING - i}`), 'both'])
})
