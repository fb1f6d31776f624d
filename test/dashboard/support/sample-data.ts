/** Conversations, usage and people as a Baton has them after some weeks, for pictures and for tests of every view. */
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import type { LocalBaton } from '../../../local/baton.ts'
import { fill, storedSession } from '../../support/many-sessions.ts'
import { tablesOf } from '../../support/tables.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

const TITLES = [
  'Find out why the nightly import has been slow since Tuesday',
  'Compare three libraries for reading MIME messages',
  'Draft the release notes for version 2.4',
  'Which of our endpoints have no test yet?',
  'Please translate the attached letter',
  'A dashboard for the warehouse, with sample data',
]

const REPLY = `The import is slow because **every row opens its own connection**.

| step | before | after |
| --- | ---: | ---: |
| read | 14 s | 13 s |
| write | 412 s | 9 s |

1. \`pool.ts\` now keeps ten connections.
2. The test \`import.test.ts\` covers it.

\`\`\`ts
const pool = createPool({ size: 10 })
\`\`\``

const receipt = {
  run: 1,
  answers: 6,
  tokens: { input: 4021, output: 2210, cacheRead: 90_213, cacheWrite: 18_004 },
  byModel: {
    'claude-opus-5-5': { input: 4021, output: 2210, cacheRead: 90_213, cacheWrite: 18_004 },
  },
  costUsd: 0.4183,
  unpricedAnswers: 0,
  unmeteredAnswers: 0,
  messages: { in: 1, out: 1, byChannel: { sms: { in: 1, out: 1 } } },
  smsSegments: 2,
  turns: 2,
  commands: 2,
  workers: 1,
  legs: 1,
  sandboxSeconds: 184,
  estimated: { transitions: 31, lambdaSeconds: 12, awsUsd: 0.0011, sandboxUsd: 0.0052 },
}

const entriesOf = (title: string, at: string) => [
  { seq: 1, at, role: 'user', channel: 'sms', sender: '+15550100', text: title },
  {
    seq: 2,
    at,
    role: 'conductor',
    text: 'A worker looks into it.',
    turnId: 't1',
    commands: [
      {
        id: 't1.0',
        type: 'SPAWN_WORKER',
        status: 'done',
        workerId: 'w1',
        task: `${title}. Measure before and after.`,
        criteria: ['The cause is named, with evidence.', 'A test covers the change.'],
        outcome: 'w1 works on leg 1',
      },
    ],
  },
  {
    seq: 3,
    at,
    role: 'worker',
    workerId: 'w1',
    text: 'Done. See `pool.ts` and the table in `report.md`.',
  },
  {
    seq: 4,
    at,
    role: 'conductor',
    text: REPLY,
    turnId: 't2',
    commands: [
      {
        id: 't2.0',
        type: 'REVIEW_WORKER',
        status: 'done',
        workerId: 'w1',
        verdict: 'accept',
        criteria: [
          {
            id: 'C1',
            status: 'met',
            procedure: 'Ran the import with and without the pool',
            command: 'npm run import -- --trace',
            exitStatus: 0,
            excerpt: 'write: 9.1 s, connections: 10',
          },
          { id: 'C2', status: 'unverifiable', procedure: 'There is no test server here' },
        ],
        outcome: 'accepted: 1 of 2 met, 1 unverifiable',
      },
    ],
  },
  { seq: 5, at, role: 'system', text: 'Receipt of run 1.', receipt },
]

/** A worker was found suspicious, and the person decides. */
const SUSPICION = {
  id: 'q1',
  kind: 'decision',
  seq: 4,
  workerId: 'w1',
  text: `w1 is suspicious.

Its task: Which of our endpoints have no test yet?

- C1 unmet: Each endpoint is listed with its tests. (Ran the tests without the change · ran npm test · exit status 1 · saw "expected 200, received 404")
- C2 met: The tests pass. (ran npm test · exit status 0)

Files: endpoints.md`,
  choices: ['accept as it is', 'two more attempts', 'stop'],
  default: 'stop',
  askedAt: new Date(Date.now() - 22 * HOUR_MS).toISOString(),
  expiresAt: Date.now() + 5 * DAY_MS,
  about: [],
  asked: [],
}

const PAUSED_AT = new Date(Date.now() - 15 * HOUR_MS).toISOString()

/** How much a day has, so that the charts have a shape. */
const wave = (day: number) => Math.round(20 + 16 * Math.sin(day / 3) + 9 * Math.sin(day * 1.7))

function tallyOf(day: number) {
  const many = wave(day)
  return {
    turns: many * 2,
    workers: many,
    accepted: many - 2,
    'in.sms': many,
    'out.sms': many,
    'in.email': Math.round(many / 3),
    'out.email': Math.round(many / 3),
    'in.http': Math.round(many / 2),
    'out.http': Math.round(many / 2),
    nanoUsd: many * 210_000_000,
    answers: many * 5,
    'model.claude-opus-5-5.input': many * 9000,
    'model.claude-opus-5-5.output': many * 2000,
    'model.claude-haiku-5.input': many * 4000,
  }
}

/** Writes the data into the tables. */
export async function writeSampleData(baton: Pick<LocalBaton, 'aws'>): Promise<void> {
  const sessions = TITLES.map((title, i) => ({
    ...storedSession(i, 5),
    sender: i % 2 === 0 ? '+15550100' : 'ada@example.com',
    channel: i % 2 === 0 ? 'sms' : 'email',
    sessionId: `old-${i}`,
    title,
    lastActivity: new Date(Date.now() - (i * 7 + 1) * HOUR_MS).toISOString(),
    receipted: { nanoUsd: 100_000_000 * (i + 1) * 4 },
    ...(i === 2 && {
      paused: { scope: 'run', unit: 'usd', limit: 10, spent: 10.02, seq: 5, at: PAUSED_AT },
      waits: 'waits',
      waitsSince: PAUSED_AT,
    }),
    ...(i === 3 && {
      questions: [SUSPICION],
      waits: 'waits',
      waitsSince: SUSPICION.askedAt,
    }),
  }))
  await fill(
    baton,
    'Sessions',
    sessions.map(({ title: _, ...session }) => session),
  )
  for (const { sessionId, title, lastActivity } of sessions) {
    const entries = entriesOf(title, lastActivity)
    const items = entries.map((entry) => ({
      sessionId,
      seq: entry.seq,
      document: JSON.stringify(entry),
    }))
    await fill(baton, 'Conversations', items)
  }
  await writeUsage(baton)
}

/** Totals of the last 40 days, as the sweep leaves them. */
async function writeUsage(baton: Pick<LocalBaton, 'aws'>): Promise<void> {
  const { client, nameOf } = tablesOf(baton)
  const months = new Map<string, Record<string, unknown>>()
  for (let day = 1; day < 40; day++) {
    const date = new Date(Date.now() - day * DAY_MS).toISOString().slice(0, 10)
    const month = date.slice(0, 7)
    months.set(month, { ...months.get(month), [date]: { rank: 1, tally: tallyOf(day) } })
  }
  for (const [month, days] of months) {
    const Item = { scope: `month#${month}`, part: 0, ...days }
    await client.send(new PutCommand({ TableName: nameOf('Usage'), Item }))
  }
}
