/** The day's total is exact, although 500 sessions add to it concurrently and repeatedly. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { admit } from '../../src/core/admission.ts'

import { dateOf, type Tally } from '../../src/core/tally.ts'
import { type TestBaton, testBaton } from '../support/baton.ts'
import { usageTable } from '../support/usage.ts'

const SESSIONS = 500
const ANSWERS = 1

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton()
  const { region, endpoint, credentials } = baton.aws
  vi.stubEnv('AWS_REGION', region)
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint)
  vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey)
  vi.stubEnv('USAGE_TABLE', usageTable(baton).name)
  vi.stubEnv('HISTORY_DAYS', '1')
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await baton.close()
})

const used = (session: number, answer: number): Tally => ({
  answers: 1,
  nanoUsd: 1_000_003 * session + 17 * answer,
  'tokens.input': session,
})

/** A request without a price. */
const FREE = { price: { prompt: 0, perToken: 1 }, wanted: 1, least: 1, isExact: true }

test("500 concurrent sessions: the day's total is exact, even if each step is repeated", async () => {
  // Imported after the environment is set, because a function's client reads it.
  const { changeLedger, readLedger, settleRequest } = await import('../../src/adapters/ledgers.ts')
  const { dayUse, grandTotals, rollUp } = await import('../../src/adapters/daily-totals.ts')
  const { readTotals } = await import('../../src/adapters/budget-totals.ts')
  const { post } = await import('../../src/adapters/totals.ts')

  async function live(n: number): Promise<void> {
    const sessionId = `many-${n}`
    for (let answer = 0; answer < ANSWERS; answer++) {
      const id = `${n}.${answer}`
      const now = Date.now()
      await changeLedger(sessionId, (ledger) =>
        admit(ledger, { id, job: 't1#1', run: 1, now, ask: FREE }, () => ({
          free: Number.POSITIVE_INFINITY,
          lacks: () => undefined,
        })),
      )
      const settled = { used: used(n, answer), at: now }
      await Promise.all([1, 2].map(() => settleRequest(sessionId, id, settled)))
      const { days } = await readLedger(sessionId)
      await Promise.all(
        [1, 2].map(() =>
          post({
            ...{ sessionId, sender: 'http', isOpen: false },
            ledger: { days, inFlight: {} },
            to: { day: 'whole', sender: 'whole' },
          }),
        ),
      )
    }
  }
  await Promise.all(Array.from({ length: SESSIONS }, (_, n) => live(n)))

  const sum = (of: (session: number, answer: number) => number) =>
    Array.from({ length: SESSIONS * ANSWERS }, (_, i) =>
      of(Math.floor(i / ANSWERS), i % ANSWERS),
    ).reduce((a, b) => a + b, 0)
  const expected = {
    answers: SESSIONS * ANSWERS,
    nanoUsd: sum((session, answer) => used(session, answer).nanoUsd ?? 0),
    'tokens.input': sum((session) => session),
  }
  const today = dateOf(Date.now())
  expect(await dayUse(today)).toEqual({
    total: expected,
    people: [{ sender: 'http', tally: expected }],
  })
  const wanted = { date: today, day: true, sender: 'http' }
  expect(await readTotals(wanted)).toEqual({ day: expected, sender: expected })

  // The total of all time is the same, rolled up or not, however often.
  const grand = { all: expected, today: expected, since: today }
  expect(await grandTotals(Date.now())).toEqual(grand)
  await Promise.all([1, 2, 3].map(() => rollUp(today)))
  expect(await grandTotals(Date.now())).toEqual(grand)
  const nextYear = Date.now() + 400 * 86_400_000
  expect(await grandTotals(nextYear)).toEqual({
    all: expected,
    today: {},
    since: `${today.slice(0, 7)}-01`,
  })
}, 300_000)
