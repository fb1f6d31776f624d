/** Several attempts at one task, side by side. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Frame } from '../../local/model/framing.ts'
import type { Entry } from '../../src/core/history.ts'
import {
  block,
  commandsOf,
  receipts,
  replies,
  type TestBaton,
  testBaton,
} from '../support/baton.ts'
import { holdAnswer } from '../support/held-answer.ts'
import { PATIENT } from '../support/patience.ts'
import { type Reaction, scriptedConductor } from '../support/scripted-conductor.ts'

let baton: TestBaton
beforeAll(async () => {
  const BUDGETS = JSON.stringify({ run: { workers: 4 } })
  baton = await testBaton({ variables: { BUDGETS, WORKER_ATTEMPTS: '1' } })
  if (baton.model) baton.model.conductor = scriptedConductor(react)
})
afterAll(() => baton.close())

/**
 * Puts so many workers on a task, and accepts the first report with the right answer. In the task `doubt` it accepts
 * nothing, in `words` neither, and gives no verdicts, and in `mixed` it gives the second one up.
 */
function react({ kind, workerId, content }: Frame): Reaction {
  if (kind === 'USER') {
    const [attempts, name] = content.split(' ')
    const task = `${name}-task`
    return {
      reply: 'Workers are on it.',
      commands: [
        {
          type: 'SPAWN_WORKER',
          task: `${task}\n${block(`echo the right answer to ${task}`)}`,
          criteria: ['It is right.'],
          attempts: Number(attempts),
        },
      ],
    }
  }
  if (kind === 'WORKER' && content.includes('doubt-task')) return { commands: [revise(workerId)] }
  if (kind === 'WORKER' && content.includes('words-task'))
    return { commands: [{ type: 'MESSAGE_WORKER', workerId, instructions: 'Think again.' }] }
  if (kind === 'WORKER' && content.includes('mixed-task'))
    return { commands: [workerId === 'w1' ? revise('w1') : giveUp(workerId)] }
  if (kind === 'WORKER' && /^the right answer/m.test(content))
    return {
      reply: `${workerId} is right.`,
      commands: [accept(workerId)],
    }
  return {}
}

const accept = (workerId = '') => ({
  type: 'REVIEW_WORKER',
  workerId,
  verdict: 'accept',
  criteria: [
    { id: 'C1', status: 'met', procedure: 'Read the report.', excerpt: 'the right answer' },
  ],
})

const revise = (workerId = '') => ({
  type: 'REVIEW_WORKER',
  workerId,
  verdict: 'revise',
  instructions: 'Think again.',
  criteria: [{ id: 'C1', status: 'unmet', procedure: 'Read the report.' }],
})

const giveUp = (workerId = '') => ({
  type: 'REVIEW_WORKER',
  workerId,
  verdict: 'give_up',
  criteria: [],
})

/** What one worker of the task is made to do instead of it. */
const insteadOf = (task: string, command: string) =>
  baton.model?.faults.push({
    about: `${task}-task`,
    answer: [{ type: 'tool_use', name: 'Bash', input: { command, description: 'Something else' } }],
  })

const workers = async (session: string) => {
  const response = await baton.request(`/api/sessions/${session}`)
  const { workers: all } = (await response.json()) as {
    workers: { workerId: string; status: string; group: string | null }[]
  }
  return all.sort((a, b) => a.workerId.localeCompare(b.workerId))
}

const closed = (session: string) => baton.until(session, (all) => receipts(all).length === 1)

const reports = (entries: readonly Entry[]) => entries.filter(({ role }) => role === 'worker')

test('of three attempts one is right: it is accepted, the wrong and the crashed one are ended', async () => {
  const gate = holdAnswer(baton.model, 'riddle-task')
  insteadOf('riddle', 'kill -9 $PPID')
  insteadOf('riddle', 'echo a wrong answer')
  await baton.send('three', '3 riddle')
  await baton.until('three', (all) => reports(all).length === 2)
  gate.release()
  const entries = await closed('three')
  expect(commandsOf(entries, 'SPAWN_WORKER')).toMatchObject([
    {
      workerIds: ['w1', 'w2', 'w3'],
      status: 'done',
      outcome: 'w1, w2, w3 work on leg 1, side by side',
    },
  ])
  const texts = reports(entries).map(({ text }) => text)
  expect(texts.slice(0, 2).sort()).toEqual([
    expect.stringMatching(/^a wrong answer$/m),
    expect.stringMatching(/^failed: /),
  ])
  expect(texts[2]).toMatch(/^the right answer to riddle-task$/m)
  const right = reports(entries)[2]?.workerId
  const others = ['w1', 'w2', 'w3'].filter((id) => id !== right)
  expect(commandsOf(entries, 'REVIEW_WORKER')).toMatchObject([
    {
      workerId: right,
      status: 'done',
      outcome: `${right} accepted, ${others.map((id) => `${id} ended`).join(', ')}`,
    },
  ])
  expect(await workers('three')).toMatchObject(
    ['w1', 'w2', 'w3'].map((workerId) => ({
      workerId,
      group: 't1.0',
      status: workerId === right ? 'accepted' : 'ended',
    })),
  )
  const [other] = others
  const detail = await baton.request(`/api/sessions/three/workers/${other}`)
  expect(await detail.json()).toMatchObject({ reason: 'another attempt was accepted' })
  expect(receipts(entries)).toMatchObject([{ workers: 3, legs: 3 }])
  expect(replies(entries).at(-1)).toContain(`${right} is right.\n\n1 of 1 met`)
})

test('an attempt that still works when another one is accepted is ended, and the run does not wait for it', async () => {
  const { asked } = holdAnswer(baton.model, 'puzzle-task')
  await baton.send('two', '2 puzzle')
  await asked
  const entries = await closed('two')
  expect(reports(entries)).toHaveLength(1)
  expect((await workers('two')).map(({ status }) => status).sort()).toEqual(['accepted', 'ended'])
  expect(receipts(entries)).toMatchObject([{ workers: 2, legs: 2 }])
  const ended = baton.e2b.sandboxes().filter(({ metadata }) => metadata.session === 'two')
  expect(ended.filter(({ metadata }) => metadata.worker)).toEqual([])
})

test('a budget that allows fewer attempts starts as many as fit, and the conductor is told', async () => {
  await baton.send('five', '5 quiz')
  const entries = await closed('five')
  const [spawn] = commandsOf(entries, 'SPAWN_WORKER')
  const why =
    'Only 4 of 5 attempts fit into the budget. The budget of this run is used up: 4 workers of 4 workers spent.'
  expect(spawn).toMatchObject({
    workerIds: ['w1', 'w2', 'w3', 'w4', 'w5'],
    status: 'done',
    outcome: `w1, w2, w3, w4 work on leg 1, side by side. ${why}`,
  })
  expect(entries.filter(({ role, text }) => role === 'system' && text.includes(why))).toHaveLength(
    1,
  )
  expect((await workers('five')).map(({ workerId }) => workerId)).toEqual(['w1', 'w2', 'w3', 'w4'])
  expect(receipts(entries)).toMatchObject([{ workers: 4 }])
})

const questions = (entries: readonly Entry[]) => entries.filter(({ question }) => question)

/** Waits for the question of that number, until the session waits for its answer. */
async function asked(session: string, number: number): Promise<string> {
  const entries = await baton.until(session, (all) => questions(all).length === number)
  await expect.poll(() => stateOf(session), PATIENT).toBe('waiting')
  return questions(entries).at(-1)?.text ?? ''
}

async function stateOf(session: string): Promise<string> {
  const response = await baton.request(`/api/sessions/${session}`)
  return ((await response.json()) as { state: string }).state
}

async function answer(session: string, question: string, words: string): Promise<void> {
  const response = await baton.request(`/api/questions/${session}.${question}/answer`, {
    method: 'POST',
    body: JSON.stringify({ answer: words }),
  })
  expect(response.status).toBe(202)
}

const statuses = async (session: string) =>
  Object.fromEntries((await workers(session)).map(({ workerId, status }) => [workerId, status]))

test('the person is asked once all attempts are at their bound, and what they accept ends the others', async () => {
  await baton.send('none', '2 doubt')
  const entries = await baton.until('none', (all) => all.some(({ question }) => question))
  const outcomes = commandsOf(entries, 'REVIEW_WORKER').map(({ outcome }) => outcome)
  expect(outcomes).toEqual([
    expect.stringMatching(/^(w\d) has had its 1 attempt, .* go on: w\d\./),
    expect.stringMatching(/^(w\d) has had its 1 attempt, .* The person is asked\.$/),
  ])
  const [asks] = entries.filter(({ question }) => question)
  const [first, last] = outcomes.map((outcome) => outcome?.slice(0, 2))
  expect(asks?.text).toContain(`${last} has had its 1 attempt.`)
  expect(asks?.text).toContain(`- ${first}, another attempt at the same task: 0 of 1 met`)
  await answer('none', 'q1', 'accept as it is')
  const expected = { [`${first}`]: 'ended', [`${last}`]: 'accepted' }
  await expect.poll(() => statuses('none'), PATIENT).toEqual(expected)
})

test('a person who stops one attempt is asked about the next, until none is left', async () => {
  await baton.send('stops', '2 doubt')
  const [last = ''] = /w\d/.exec(await asked('stops', 1)) ?? []
  await answer('stops', 'q1', 'stop')
  const text = await asked('stops', 2)
  const first = last === 'w1' ? 'w2' : 'w1'
  expect(text).toContain(`${first} has had its 1 attempt.`)
  expect(await statuses('stops')).toEqual({ [first]: 'reported', [last]: 'rejected' })
  await answer('stops', 'q2', 'stop')
  await expect.poll(() => stateOf('stops'), PATIENT).toBe('idle')
  expect(await statuses('stops')).toEqual({ w1: 'rejected', w2: 'rejected' })
})

test('if nobody answers, no attempt waits any longer', async () => {
  await baton.send('silence', '2 doubt')
  const [last = ''] = /w\d/.exec(await asked('silence', 1)) ?? []
  const at = new Date(Date.now() + 8 * 24 * 3_600_000).toISOString()
  const ages = { staleRunSeconds: 3600, newSandboxSeconds: 3600, idleWorkerSeconds: 24 * 3600 }
  await baton.aws.invoke('Baton/Recovery/Recovery', { task: 'Sweep', ...ages, at })
  await expect.poll(() => stateOf('silence'), PATIENT).toBe('idle')
  const first = last === 'w1' ? 'w2' : 'w1'
  expect(await statuses('silence')).toEqual({ [first]: 'ended', [last]: 'rejected' })
  expect(questions(await baton.history('silence'))).toHaveLength(1)
})

test.each([
  ['mixed', 'the other one was given up', 'w1'],
  ['words', 'all got instructions without a verdict', '\\w+'],
])('the person is asked about an attempt at its bound, although %s: %s', async (task, _, who) => {
  await baton.send(task, `2 ${task}`)
  expect(await asked(task, 1)).toMatch(new RegExp(`^Question q1: ${who} has had its 1 attempt\\.`))
  await answer(task, 'q1', 'accept as it is')
  await expect.poll(() => stateOf(task), PATIENT).toBe('idle')
  const left = Object.values(await statuses(task)).sort()
  expect(left).toEqual(task === 'mixed' ? ['accepted', 'rejected'] : ['accepted', 'ended'])
})
