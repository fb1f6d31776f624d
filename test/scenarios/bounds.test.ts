/** A worker that never converges: at each bound the person gets what there is, and decides. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Frame } from '../../local/model/framing.ts'
import type { Entry } from '../../src/core/history.ts'
import { block, commandsOf, replies, type TestBaton, testBaton } from '../support/baton.ts'
import { PATIENT } from '../support/patience.ts'
import {
  type GivenCommand,
  type Reaction,
  scriptedConductor,
} from '../support/scripted-conductor.ts'

let baton: TestBaton
const start = async (variables: Readonly<Record<string, string>> = {}) => {
  baton = await testBaton({ variables })
  if (baton.model) baton.model.conductor = scriptedConductor(react)
}
beforeAll(() => start())
afterAll(() => baton.close())

const TASK = {
  type: 'SPAWN_WORKER',
  task: `Never converge.\n${block('echo never')}`,
  criteria: ['It is blue.', 'It is green.'],
}

const NINE_QUESTIONS = Array.from({ length: 9 }, (_, i) => ({
  type: 'ASK_PERSON',
  question: `Which of the ${i} is it?`,
}))

/**
 * Sends its worker on after every report. What the person wrote first says what it finds: `alternating`: each time another
 * criterion is unmet. `stuck`: the same one each time. `old`: it gives no verdicts.
 * `crowded`: it asks as much as it may, and then finds its worker suspicious.
 */
function react({ kind, content }: Frame, given: readonly GivenCommand[]): Reaction {
  if (kind === 'USER' && ['alternating', 'stuck', 'old', 'crowded'].includes(content))
    return {
      commands: [{ ...TASK, task: `${TASK.task}\n${content}` }],
      reply: 'A worker is on it.',
    }
  const goesOn =
    kind === 'WORKER' ||
    content === 'go on' ||
    (kind === 'ANSWER' && content.includes('The person has chosen: two more attempts'))
  const isCrowded = String(given[0]?.task).endsWith('crowded')
  if (isCrowded && kind === 'WORKER') return { commands: [...NINE_QUESTIONS, suspicion] }
  if (isCrowded && kind === 'ANSWER') return { commands: [suspicion] }
  if (goesOn) return { commands: [sendOn(given)] }
  return kind === 'USER' ? { reply: `You said ${content}.` } : {}
}

const suspicion = {
  type: 'REVIEW_WORKER',
  workerId: 'w1',
  verdict: 'suspicious',
  criteria: [],
  remarks: ['It made this up.'],
}

function sendOn(given: readonly GivenCommand[]): object {
  const mode = /\w+$/.exec(String(given[0]?.task))?.[0]
  const to = { workerId: 'w1', instructions: 'Make it blue and green.' }
  if (mode === 'old') return { type: 'MESSAGE_WORKER', ...to }
  const isOdd =
    mode === 'stuck' || given.filter(({ type }) => type === 'REVIEW_WORKER').length % 2 === 0
  const finding = (id: string, isMet: boolean) => ({
    id,
    status: isMet ? 'met' : 'unmet',
    procedure: 'Look at it.',
    excerpt: isMet ? 'as it should be' : 'it is red',
  })
  const criteria = [finding('C1', !isOdd), finding('C2', isOdd)]
  return { type: 'REVIEW_WORKER', ...to, verdict: 'revise', criteria }
}

const questions = (entries: readonly Entry[]) => entries.filter(({ question }) => question)

/** Waits for the question of that number, until the session waits for its answer. */
async function asked(session: string, number: number): Promise<readonly Entry[]> {
  await baton.until(session, (all) => questions(all).length === number)
  const state = async () =>
    ((await (await baton.request(`/api/sessions/${session}`)).json()) as { state: string }).state
  await expect.poll(state, PATIENT).toBe('waiting')
  return baton.history(session)
}

async function answer(session: string, question: string, words: string): Promise<void> {
  const response = await baton.request(`/api/questions/${session}.${question}/answer`, {
    method: 'POST',
    body: JSON.stringify({ answer: words }),
  })
  expect(response.status).toBe(202)
}

const worker = async (session: string) => {
  const response = await baton.request(`/api/sessions/${session}/workers/w1`)
  return (await response.json()) as { status: string; reason: string | null; leg: number }
}

const reports = (entries: readonly Entry[]) =>
  entries.filter(({ role }) => role === 'worker').length

test('after its attempts the person decides; two more are two more, and what they accept is accepted', async () => {
  await baton.send('attempts', 'alternating')
  const first = await asked('attempts', 1)
  expect(questions(first)[0]).toMatchObject({
    role: 'system',
    question: {
      id: 'q1',
      kind: 'decision',
      choices: ['accept as it is', 'two more attempts', 'stop'],
    },
  })
  const [{ text = '' } = {}] = questions(first)
  expect(text).toContain('w1 has had its 3 attempts.')
  expect(text).toMatch(/^- C1 unmet: It is blue\. .*it is red/m)
  expect(text).toMatch(/^- C2 met: It is green\./m)
  expect(reports(first)).toBe(3)
  expect(commandsOf(first, 'REVIEW_WORKER').map(({ status }) => status)).toEqual([
    'done',
    'done',
    'refused',
  ])
  expect(commandsOf(first, 'REVIEW_WORKER').at(-1)).toMatchObject({
    outcome: 'w1 has had its 3 attempts, so it was not sent on. The person is asked.',
    record: { outcome: 'at a bound', leg: 3 },
  })
  await answer('attempts', 'q1', 'two more attempts')
  const second = await asked('attempts', 2)
  expect(reports(second)).toBe(5)
  expect(questions(second)[1]?.text).toContain('w1 has had its 5 attempts.')
  await answer('attempts', 'q2', '1')
  await baton.until('attempts', (all) => replies(all).at(-1) === 'You said 1.')
  expect(await worker('attempts')).toMatchObject({ status: 'accepted', leg: 5 })
})

test('a worker that the operator ends takes the question about it along', async () => {
  await baton.send('ended', 'alternating')
  await asked('ended', 1)
  const kill = '/api/sessions/ended/workers/w1/kill'
  expect((await baton.request(kill, { method: 'POST' })).status).toBe(200)
  const waiting = (await (await baton.request('/api/questions')).json()) as {
    questions: readonly { sessionId: string }[]
  }
  expect(waiting.questions.filter(({ sessionId }) => sessionId === 'ended')).toEqual([])
})

test('without progress the person is asked earlier, has two more attempts if they like, and can stop it', async () => {
  await baton.send('progress', 'stuck')
  const first = await asked('progress', 1)
  expect(reports(first)).toBe(2)
  expect(questions(first)[0]?.text).toContain('w1 makes no progress: C1 unmet twice in a row')
  await answer('progress', 'q1', '2')
  const second = await asked('progress', 2)
  expect(reports(second)).toBe(4)
  expect(questions(second)[1]?.text).toContain('w1 has had its 4 attempts.')
  await answer('progress', 'q2', 'stop')
  await baton.until('progress', (all) => replies(all).at(-1) === 'You said stop.')
  expect(await worker('progress')).toMatchObject({
    status: 'rejected',
    reason: 'stop, decided by the operator',
  })
})

test('MESSAGE_WORKER has the same bound, and does not ask again while the question is open', async () => {
  await baton.send('old', 'old')
  const first = await asked('old', 1)
  expect(reports(first)).toBe(3)
  expect(questions(first)[0]?.text).toMatch(/^- C1 not judged: It is blue\./m)
  await baton.send('old', 'go on')
  const second = await baton.until(
    'old',
    (all) =>
      commandsOf(all, 'MESSAGE_WORKER').filter(({ status }) => status === 'refused').length === 2,
  )
  expect(commandsOf(second, 'MESSAGE_WORKER').at(-1)?.outcome).toContain(
    'The person has been asked (q1) and has not answered yet.',
  )
  expect(questions(second)).toHaveLength(1)
  expect(await worker('old')).toMatchObject({ status: 'reported', leg: 3 })
})

test('a verdict that nobody could be asked about is not recorded, and can be given again', async () => {
  await baton.send('crowded', 'crowded')
  const entries = await asked('crowded', 9)
  const [refused] = commandsOf(entries, 'REVIEW_WORKER')
  expect(refused).toMatchObject({
    status: 'refused',
    outcome: expect.stringMatching(/^The verdict on w1 was not recorded\. Too much waits/),
  })
  expect(refused).not.toHaveProperty('record')
  const before = await baton.request('/api/sessions/crowded/workers/w1')
  expect(await before.json()).toMatchObject({ status: 'reported', review: { verdicts: [] } })
  await answer('crowded', 'q1', 'the first')
  const later = await baton.until('crowded', (all) => questions(all).length === 10)
  expect(commandsOf(later, 'REVIEW_WORKER').at(-1)).toMatchObject({
    record: { outcome: 'suspicious' },
  })
})

test('after its hours the person is asked, and two more attempts are two more', async () => {
  await baton.close()
  // Every leg takes longer.
  await start({ WORKER_ATTEMPTS: '9', WORKER_HOURS: '0.000001' })
  await baton.send('hours', 'stuck')
  const first = await asked('hours', 1)
  expect(reports(first)).toBe(1)
  expect(questions(first)[0]?.text).toContain('w1 has worked for its')
  await answer('hours', 'q1', '2')
  const second = await asked('hours', 2)
  expect(reports(second)).toBe(3)
  expect(questions(second)[1]?.text).toContain('w1 has had its 3 attempts.')
})
