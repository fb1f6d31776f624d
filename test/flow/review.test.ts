/** A conductor's verdicts: which of them Baton follows, and what the person, the history and the API say of them. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Entry } from '../../src/core/history.ts'
import {
  block,
  commandsOf,
  replies,
  reviewsOf,
  type TestBaton,
  testBaton,
  withoutReceipts,
} from '../support/baton.ts'
import { post, signedEmail, signedSms } from '../support/people.ts'
import { scriptedConductor } from '../support/scripted-conductor.ts'

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton({ people: ['+15550100', 'ada@example.com'] })
})
afterAll(() => baton.close())
afterEach(() => baton.model?.requests.splice(0))

const CRITERIA = ['It prints 42.', 'It is quick.']
const spawn = (criteria: readonly string[] = CRITERIA) => ({
  type: 'SPAWN_WORKER',
  verify: 'none',
  task: `Run this.\n\n${block('mkdir -p artifacts; echo 42 | tee artifacts/out.txt')}`,
  criteria,
})
const review = (verdict: string, criteria: readonly object[], given: object = {}) => ({
  ...{ type: 'REVIEW_WORKER', workerId: 'w1', verdict, criteria },
  ...given,
})
const met = (id: string, given: object = {}) => ({
  ...{ id, status: 'met', procedure: 'Ran it.', excerpt: '42' },
  ...given,
})
const unmet = (id: string) => ({ id, status: 'unmet', procedure: 'Ran it.', excerpt: '41' })

/** A conductor that spawns one worker and answers its reports one after another, the last one again and again. */
function conduct(...reviews: readonly { reply?: string; commands: readonly object[] }[]) {
  let reports = 0
  const left = new Map<string, number>()
  if (!baton.model) throw new Error('the tests need the scripted model')
  baton.model.conductor = scriptedConductor(({ kind, content }) => {
    if (['USER', 'SMS', 'EMAIL'].includes(kind)) return { reply: 'On it.', commands: [spawn()] }
    if (kind !== 'WORKER') return {}
    // A turn that is asked again brings the same report, and the conductor does not remember its first answer.
    const index = left.get(content) ?? reports++
    left.set(content, index)
    return reviews[Math.min(index, reviews.length - 1)] ?? {}
  })
}

interface Detail {
  readonly status: string
  readonly reason: string | null
  readonly review: {
    readonly criteria: readonly { id: string; text: string; status: string | null }[]
    readonly changes: readonly object[]
    readonly verdicts: readonly { outcome: string; artifacts: readonly object[] }[]
  }
  readonly legs: readonly { claims: { criteria: readonly object[] } | null }[]
}

const detail = async (session: string) => {
  const response = await baton.request(`/api/sessions/${session}/workers/w1`)
  return (await response.json()) as Detail
}

interface Question {
  readonly id: string
  readonly sessionId: string
  readonly text: string
  readonly choices: readonly string[]
}

/** Returns the question that waits in a session, once it is asked. */
async function questionOf(session: string): Promise<Question> {
  const found = async () => {
    const response = await baton.request('/api/questions')
    const { questions } = (await response.json()) as { questions: readonly Question[] }
    return questions.find(({ sessionId }) => sessionId === session)
  }
  await expect.poll(found, { timeout: 60_000 }).toBeDefined()
  return (await found()) ?? expect.fail('the question is gone')
}

async function answer({ id }: Question, words: string): Promise<void> {
  const response = await baton.request(`/api/questions/${id}/answer`, {
    method: 'POST',
    body: JSON.stringify({ answer: words }),
  })
  expect(response.status).toBe(202)
}

const isDone =
  (count = 1) =>
  (entries: readonly Entry[]) => {
    const reviews = reviewsOf(entries)
    return reviews.length >= count && reviews.every(({ status }) => status !== 'pending')
  }

/** Returns the prompts with these words. */
const promptsWith = (words: string) =>
  (baton.model?.requests ?? [])
    .map(({ request }) => JSON.stringify(request.messages.at(-1)))
    .filter((text) => text.includes(words))

/** What the conductor was told when it was asked again. */
const askedAgain = () => promptsWith('did not accept your verdict')

const LINE = /^2 of 2 met [·-] no check ran [·-] \d+ s [·-] \$\d+\.\d+$/m

describe('accepted work', () => {
  test('is recorded with its evidence, and the person gets a line about it', async () => {
    const session = 'accepted'
    const ran = { command: 'cat out.txt', exitStatus: 0 }
    conduct({
      reply: 'It is done.',
      commands: [
        review('accept', [met('C1', { ...ran, artifact: 'out.txt' }), met('C2', ran)], {
          remarks: ['The folder could have a better name.'],
        }),
      ],
    })
    await baton.send(session, 'please')
    const entries = await baton.until(session, isDone())
    expect(askedAgain()).toEqual([])
    expect(reviewsOf(entries)).toMatchObject([
      {
        status: 'done',
        record: {
          outcome: 'accepted',
          leg: 1,
          judge: { role: 'conductor', model: expect.stringContaining('claude') },
          artifacts: [{ name: 'out.txt', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
        },
      },
    ])
    expect(replies(entries).at(-1)).toMatch(
      /^It is done\.\n\n2 of 2 met · 2 checks ran · \d+ s · \$\d\.\d+\n\nRemarks:\n- The folder could have a better name\.$/,
    )
    expect(withoutReceipts(entries).at(-1)?.prompt).toMatch(/^conductor-\d+$/)
    const report = entries.find(({ role }) => role === 'worker')
    expect(report).toMatchObject({
      prompt: expect.stringMatching(/^worker-\d+$/),
      claims: { criteria: [{ id: 'C1' }, { id: 'C2' }] },
    })
    const worker = await detail(session)
    expect(worker).toMatchObject({
      status: 'accepted',
      review: {
        criteria: [
          { id: 'C1', text: 'It prints 42.', status: 'met' },
          { id: 'C2', text: 'It is quick.', status: 'met' },
        ],
        verdicts: [{ outcome: 'accepted' }],
      },
      legs: [{ claims: { criteria: [{ id: 'C1' }, { id: 'C2' }] } }],
    })
  })

  test('that cannot be verified in part is named, even without a reply', async () => {
    const session = 'unverifiable'
    conduct({ commands: [review('accept', [met('C1'), { id: 'C2', status: 'unverifiable' }])] })
    await baton.send(session, 'please')
    const entries = await baton.until(session, isDone())
    expect(replies(entries).at(-1)).toMatch(/^w1: 1 of 2 met · C2 could not be verified · /)
    expect(await detail(session)).toMatchObject({ status: 'accepted' })
  })

  test('reaches a person by SMS and by email with that line', async () => {
    conduct({ reply: 'Done.', commands: [review('accept', [met('C1'), met('C2')])] })
    await post(baton, await signedSms(baton, { from: '+15550100', body: 'please' }))
    await post(baton, await signedEmail(baton, { from: 'ada@example.com', text: 'please' }))
    const sent = () => [
      ...baton.twilio.outbox.map(({ body }) => body),
      ...baton.sendgrid.outbox.map(({ text }) => text ?? ''),
    ]
    await expect
      .poll(() => sent().filter((text) => LINE.test(text)).length, { timeout: 60_000 })
      .toBe(2)
  })
})

describe('a verdict without evidence', () => {
  const lazy = { reply: 'All is well.', commands: [review('accept', [met('C1')])] }

  test('is asked for once more, then the work is not accepted', async () => {
    const session = 'lazy'
    conduct(lazy)
    await baton.send(session, 'please')
    const entries = await baton.until(session, isDone())
    expect(askedAgain()).toHaveLength(1)
    expect(askedAgain()[0]).toContain('w1: C2 has no finding')
    expect(reviewsOf(entries)).toMatchObject([
      {
        status: 'refused',
        outcome: expect.stringContaining('w1 is not verified: C2 has no finding'),
        record: { outcome: 'not verified', problems: ['C2 has no finding'] },
      },
    ])
    expect(replies(entries).at(-1)).toMatch(
      /^All is well\.\n\nnot verified: C2 has no finding · \d+ s · /,
    )
    const worker = await detail(session)
    expect(worker).toMatchObject({
      status: 'reported',
      review: { verdicts: [{ outcome: 'not verified' }] },
    })
    const question = await questionOf(session)
    expect(question.text).toContain('w1 is not verified: C2 has no finding.')
    expect(question.text).toContain('- C1 met: It prints 42. (Ran it. · saw "42")')
    expect(question.text).toContain('- C2 not judged: It is quick.')
    expect(question.choices).toEqual(['accept as it is', 'two more attempts', 'stop'])
    await answer(question, 'accept as it is')
    await expect
      .poll(() => detail(session), { timeout: 60_000 })
      .toMatchObject({
        status: 'accepted',
        reason: 'accept as it is, decided by the operator',
        review: {
          verdicts: [{ outcome: 'not verified', decision: { choice: 'accept as it is' } }],
        },
      })
  })

  test('may be corrected', async () => {
    const session = 'corrected'
    let asked = 0
    if (!baton.model) throw new Error('the tests need the scripted model')
    baton.model.conductor = scriptedConductor(({ kind }) => {
      if (kind === 'USER') return { commands: [spawn()] }
      asked += 1
      const findings = asked === 1 ? [met('C1')] : [met('C1'), met('C2')]
      return { reply: 'Done.', commands: [review('accept', findings)] }
    })
    await baton.send(session, 'please')
    const entries = await baton.until(session, isDone())
    expect(reviewsOf(entries)).toMatchObject([{ status: 'done', record: { outcome: 'accepted' } }])
    expect(replies(entries).at(-1)).toMatch(/^Done\.\n\n2 of 2 met/)
  })

  test('is none if it is an old command that accepts work', async () => {
    const session = 'old'
    conduct({ reply: 'Done.', commands: [{ type: 'KILL_WORKER', workerId: 'w1', accepted: true }] })
    await baton.send(session, 'please')
    const entries = await baton.until(session, (all) =>
      commandsOf(all, 'KILL_WORKER').some(({ status }) => status === 'done'),
    )
    // Sessions of earlier tests may still go on.
    expect(askedAgain().join('\n')).toContain('KILL_WORKER gives no verdict')
    expect(replies(entries).at(-1)).toMatch(
      /^Done\.\n\nnot verified: it was ended without a verdict/,
    )
    expect(await detail(session)).toMatchObject({ status: 'ended' })
  })
})

test('work that is sent back goes on under changed criteria, and is given up', async () => {
  const session = 'revised'
  conduct(
    {
      commands: [
        review('revise', [unmet('C1')], {
          instructions: 'Print 42, and nothing else.',
          changes: [
            { id: 'C2', text: 'It takes less than a second.', reason: 'quick says too little' },
            { text: 'It prints nothing else.', reason: 'the person asked for one number' },
          ],
        }),
      ],
    },
    {
      reply: 'It cannot be done.',
      commands: [review('give_up', [unmet('C1')], { remarks: ['41 again'] })],
    },
  )
  await baton.send(session, 'please')
  const entries = await baton.until(session, isDone(2))
  expect(reviewsOf(entries)).toMatchObject([
    {
      status: 'done',
      outcome: 'w1 works on leg 2',
      changes: [{ id: 'C2', reason: 'quick says too little' }, {}],
      record: { outcome: 'revised', leg: 1 },
    },
    { status: 'done', outcome: 'w1 rejected', record: { outcome: 'given up', leg: 2 } },
  ])
  expect(promptsWith('The criteria have changed')[0]).toContain(
    'C1: It prints 42.\\nC2: It takes less than a second.\\nC3: It prints nothing else.',
  )
  expect(await detail(session)).toMatchObject({
    status: 'rejected',
    reason: '0 of 3 met; 41 again',
    review: {
      criteria: [
        { id: 'C1', status: 'unmet' },
        { id: 'C2', status: null },
        { id: 'C3', text: 'It prints nothing else.' },
      ],
      changes: [
        { id: 'C2', reason: 'quick says too little', leg: 2 },
        { id: 'C3', reason: 'the person asked for one number', leg: 2 },
      ],
      verdicts: [{ outcome: 'revised' }, { outcome: 'given up' }],
    },
  })
  const receipt = entries.at(-1)?.receipt
  expect(receipt === undefined || receipt.workers === 1).toBe(true)
})

test('a suspicious worker stays paused, and the conductor cannot accept its work', async () => {
  const session = 'suspicious'
  const accept = review('accept', [met('C1'), met('C2')])
  const suspicion = review('suspicious', [unmet('C1')], { remarks: ['The test was edited.'] })
  if (!baton.model) throw new Error('the tests need the scripted model')
  baton.model.conductor = scriptedConductor(({ kind, content }) => {
    if (kind === 'WORKER') return { commands: [suspicion] }
    if (kind !== 'USER') return {}
    return content.includes('accept it')
      ? { reply: 'Accepted.', commands: [accept] }
      : { commands: [spawn()] }
  })
  await baton.send(session, 'please')
  const entries = await baton.until(session, isDone())
  expect(reviewsOf(entries)).toMatchObject([
    {
      status: 'done',
      outcome: 'w1 is suspicious. The person is asked.',
      record: { outcome: 'suspicious' },
    },
  ])
  expect(await detail(session)).toMatchObject({ status: 'reported' })
  const question = await questionOf(session)
  expect(question.text).toMatch(
    /^w1 is suspicious\.[\s\S]*- C1 unmet: [\s\S]*- The test was edited\./,
  )
  await baton.send(session, 'accept it')
  const later = await baton.until(session, isDone(2))
  expect(reviewsOf(later).at(-1)).toMatchObject({
    status: 'refused',
    outcome: expect.stringContaining('the person decides'),
  })
  expect(replies(later).at(-1)).toMatch(/^Accepted\.\n\nnot verified: w1 is suspicious/)
  expect(await detail(session)).toMatchObject({ status: 'reported' })
  await answer(question, 'two more attempts')
  await baton.until(session, (all) => all.some((entry) => entry.answer !== undefined))
  await baton.send(session, 'accept it now')
  await baton.until(session, isDone(3))
  expect(await detail(session)).toMatchObject({ status: 'accepted' })
})

test('a worker without criteria is asked about once', async () => {
  const session = 'criteria'
  if (!baton.model) throw new Error('the tests need the scripted model')
  baton.model.conductor = scriptedConductor(({ kind }) =>
    kind === 'USER'
      ? { commands: [spawn([])] }
      : { reply: 'Done.', commands: [review('accept', [])] },
  )
  await baton.send(session, 'please')
  const entries = await baton.until(session, isDone())
  expect(promptsWith('a SPAWN_WORKER had no criteria')).toHaveLength(1)
  expect(commandsOf(entries, 'SPAWN_WORKER')).toMatchObject([{ status: 'done', criteria: [] }])
  expect(replies(entries).at(-1)).toMatch(/^Done\.\n\nnot verified, because it has no criteria · /)
})
