import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn'
import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ShapeOf } from '../../src/contract/api/index.ts'
import type { Entry } from '../../src/core/history.ts'
import { block, replies, type TestBaton, testBaton, withoutReceipts } from '../support/baton.ts'
import { PATIENT } from '../support/patience.ts'
import { emailsTo, sessionWith, textsTo, writeEmail, writeSms } from '../support/people.ts'
import { tablesOf } from '../support/tables.ts'

const PEOPLE = Array.from({ length: 12 }, (_, i) => `+155501${String(i).padStart(2, '0')}`)

let baton: TestBaton
beforeAll(async () => {
  // A test counts what runs while a person thinks, and a refused pause leaves a sandbox running.
  baton = await testBaton({ pauses: 'reliable', people: [...PEOPLE, '@example.com'] })
})
afterAll(() => baton.close())

let people = 0
/** A number that nobody has used, and its session. */
const newPerson = () => {
  const number = PEOPLE[people++] ?? expect.fail('too few people')
  return { number, session: `sms-${number.slice(1)}` }
}

/** Has the turn that reads these words give these commands, with an optional reply. */
const script = (about: string, commands: readonly Record<string, unknown>[], reply?: string) =>
  baton.model?.faults.push({
    about,
    answer: [
      { type: 'tool_use', name: 'StructuredOutput', input: { reply: reply ?? null, commands } },
    ],
  })

const BLUE = { type: 'ASK_PERSON', question: 'Shall it be blue?', choices: ['yes', 'no'] }
/** What the conductor reads with the answer, once it has been told. */
const CHOSEN = 'The person has chosen: '

const stateOf = async (session: string) => {
  const response = await baton.request(`/api/sessions/${session}`)
  return (await response.json()) as ShapeOf<'Session'>
}

/** Waits until the session waits for a person, and nothing runs for it. */
const waits = (session: string) =>
  expect.poll(async () => (await stateOf(session)).state, PATIENT).toBe('waiting')

const pausedOnly = (session: string) =>
  expect
    .poll(
      () =>
        baton.e2b
          .sandboxes()
          .filter(({ metadata }) => metadata.session === session)
          .every(({ state }) => state === 'paused'),
      PATIENT,
    )
    .toBe(true)

/** Returns the names of the session's executions that run, and how many there were. */
async function executionsOf(session: string) {
  const { region, endpoint, credentials, resources } = baton.aws
  const sfn = new SFNClient({ region, endpoint, credentials })
  const all = await Promise.all(
    ['ReviewLoop/ReviewLoop', 'WorkerLeg/WorkerLeg'].map(async (place) => {
      const { arn } = resources.find(`Baton/${place}`, 'AWS::StepFunctions::StateMachine')
      const { executions = [] } = await sfn.send(
        new ListExecutionsCommand({ stateMachineArn: arn }),
      )
      return executions.filter(({ name }) => name?.startsWith(`${session}.`))
    }),
  )
  return {
    running: all.flat().filter(({ status }) => status === 'RUNNING'),
    count: all.flat().length,
  }
}

const DAY = 24 * 3_600_000
const AGES = { staleRunSeconds: 3600, newSandboxSeconds: 3600, idleWorkerSeconds: 24 * 3600 }

/** Runs the sweep as the schedule does, as if it were so many days later. */
const sweepAfter = async (days: number) => {
  const at = new Date(Date.now() + days * DAY).toISOString()
  const event = { task: 'Sweep', ...AGES, at }
  expect(await baton.aws.invoke('Baton/Recovery/Recovery', event)).toMatchObject({ ok: true })
}

const answersIn = (entries: readonly Entry[]) => entries.flatMap(({ answer }) => answer ?? [])
const texts = (number: string) => textsTo(baton, number).map(({ body }) => body)
const received = (number: string, count: number) =>
  expect.poll(() => texts(number).length, PATIENT).toBe(count)
const say = (number: string, body: string) => writeSms(baton, { from: number, body })

/** Has the person asked by SMS. Returns once the conversation waits. */
async function asked(number: string, session: string, ...questions: Record<string, unknown>[]) {
  script(`please ask ${number}`, questions)
  await say(number, `please ask ${number}`)
  await waits(session)
  await received(number, questions.length)
}

test('a question by SMS is answered after three days; meanwhile nothing runs, and one reminder comes', async () => {
  const { number, session } = newPerson()
  await asked(number, session, BLUE)
  expect(texts(number)[0]).toMatch(/^Question q1: Shall it be blue\?\s+1\. yes\s+2\. no/)
  await pausedOnly(session)
  const before = await executionsOf(session)
  expect(before.running).toEqual([])
  const { usage } = await stateOf(session)
  for (const days of [0.5, 1.5, 2.5, 3]) await sweepAfter(days)
  await received(number, 2)
  expect(texts(number)[1]).toMatch(/^This is the only reminder\./)
  const after = await executionsOf(session)
  expect(after).toEqual(before)
  expect((await stateOf(session)).usage).toMatchObject({ sandboxSeconds: usage.sandboxSeconds })
  script(`${CHOSEN}yes`, [], 'Blue it is.')
  await say(number, '1')
  await received(number, 3)
  expect(texts(number)[2]).toBe('Blue it is.')
  const entries = await baton.history(session)
  expect(answersIn(entries)).toEqual([{ question: 'q1', by: number, choice: 'yes' }])
  expect((await stateOf(session)).questions).toEqual([])
  // It comes twice, and is told so.
  await say(number, 'yes')
  await received(number, 4)
  expect(texts(number)[3]).toMatch(/^This answer did nothing: question q1 has been answered/)
  expect(answersIn(await baton.history(session))).toHaveLength(1)
})

test('/status names what waits, /stop drops it, and an answer then does nothing', async () => {
  const { number, session } = newPerson()
  await asked(number, session, BLUE)
  await say(number, '/status')
  await received(number, 2)
  expect(texts(number)[1]).toContain('Waiting for your answer to q1: Shall it be blue?')
  await say(number, '/stop')
  await received(number, 3)
  const calls = baton.model?.requests.length
  await say(number, 'yes')
  await received(number, 4)
  expect(texts(number)[3]).toContain('was dropped when the conversation was stopped')
  expect(baton.model?.requests.length).toBe(calls)
  expect(answersIn(await baton.history(session))).toEqual([])
})

test('several questions are numbered, and a bare yes is asked which one it means', async () => {
  const { number, session } = newPerson()
  await asked(number, session, BLUE, { ...BLUE, question: 'And round?' })
  expect(texts(number)[1]).toContain('such as “q2 1”')
  await say(number, 'yes')
  await received(number, 3)
  expect(texts(number)[2]).toContain('- q1: Shall it be blue?\n- q2: And round?')
  script(`${CHOSEN}no`, [], 'Round, then.')
  await say(number, 'q2 no')
  await received(number, 4)
  expect((await stateOf(session)).questions.map((each) => each.number)).toEqual(['q1'])
  expect(answersIn(await baton.history(session))).toEqual([
    { question: 'q2', by: number, choice: 'no' },
  ])
})

describe('a question that nobody answers', () => {
  test('ends with its default, and the work goes on', async () => {
    const { number, session } = newPerson()
    await asked(number, session, { ...BLUE, default: 'no', expiresAfterHours: 48 })
    script('The default counts: no', [], 'Not blue, then.')
    await sweepAfter(2.1)
    await received(number, 2)
    expect(texts(number)[1]).toBe('Not blue, then.')
    expect(answersIn(await baton.history(session))).toEqual([
      { question: 'q1', by: 'the default', choice: 'no' },
    ])
  })

  test('ends with it, too, if what was written about something else did not answer it', async () => {
    const { number, session } = newPerson()
    await asked(number, session, { ...BLUE, default: 'no', expiresAfterHours: 48 })
    script('when is lunch', [{ type: 'KEEP_QUESTION', questionId: 'q1' }], 'Lunch is at noon.')
    await say(number, 'when is lunch?')
    await received(number, 2)
    await waits(session)
    expect((await stateOf(session)).questions).toMatchObject([{ number: 'q1', default: 'no' }])
    script('The default counts: no', [], 'Not blue, then.')
    await sweepAfter(2.1)
    await received(number, 3)
    expect(answersIn(await baton.history(session))).toEqual([
      { question: 'q1', by: 'the default', choice: 'no' },
    ])
  })

  test('ends politely without one, and a late answer is told so', async () => {
    const { number, session } = newPerson()
    await asked(number, session, BLUE)
    const { count } = await executionsOf(session)
    await sweepAfter(8)
    await sweepAfter(9)
    await received(number, 2)
    expect(texts(number)[1]).toMatch(/^No answer came to question q1, so nothing was done/)
    await say(number, 'yes')
    await received(number, 3)
    expect(texts(number)[2]).toContain('question q1 has expired')
    expect((await executionsOf(session)).count).toBe(count)
  })
})

/** Makes a question a decision about a worker, in the store. */
async function makeDecision(session: string, workerId: string): Promise<void> {
  const { client, nameOf } = tablesOf(baton)
  await client.send(
    new UpdateCommand({
      TableName: nameOf('Sessions'),
      Key: { sessionId: session },
      UpdateExpression: 'SET questions[0].kind = :kind, questions[0].workerId = :worker',
      ExpressionAttributeValues: { ':kind': 'decision', ':worker': workerId },
    }),
  )
}

const DECISION = {
  type: 'ASK_PERSON',
  question: 'w1 did not finish. What now?',
  choices: ['accept as it is', 'two more attempts', 'stop'],
}

test('by email, a quoted answer does not decide, and a bare one with a signature does', async () => {
  const from = 'ada@example.com'
  const first = `Please try this:\n\n${block('exit 3')}\n\nAda Lovelace\nAnalytical Engines`
  script('exit status 3', [DECISION])
  await writeEmail(baton, { from, subject: 'A job', messageId: '<job@example.com>', text: first })
  await expect.poll(() => emailsTo(baton, from).length, PATIENT).toBe(2)
  const session = await sessionWith(baton, first)
  await waits(session)
  await makeDecision(session, 'w1')
  const question = emailsTo(baton, from)[1]
  const inReplyTo = Object.entries(question?.headers ?? {}).find(
    ([name]) => name.toLowerCase() === 'message-id',
  )?.[1]
  const reply = (text: string) =>
    writeEmail(baton, { from, subject: 'Re: A job', text, ...(inReplyTo && { inReplyTo }) })

  script('What is this about', [], 'It is about w1.')
  await reply('What is this about?\n\n> 1\n> accept as it is')
  await expect.poll(() => emailsTo(baton, from).length, PATIENT).toBe(3)
  script('Fwd by a friend', [], 'I have read it.')
  await reply(
    'Fwd by a friend:\n\n---------- Forwarded message ----------\nFrom: Bob <bob@example.com>\nDate: Mon, 30 Nov 2026 at 10:00\nSubject: yes\n\naccept as it is',
  )
  await expect.poll(() => emailsTo(baton, from).length, PATIENT).toBe(4)
  expect((await stateOf(session)).questions).toHaveLength(1)
  expect(answersIn(await baton.history(session))).toEqual([])

  script(`${CHOSEN}accept as it is`, [], 'Done with w1.')
  await reply('Accept as it is.\n\nAda Lovelace\nAnalytical Engines')
  await expect.poll(() => emailsTo(baton, from).length, PATIENT).toBe(5)
  expect(answersIn(await baton.history(session))).toEqual([
    { question: 'q1', by: from, choice: 'accept as it is' },
  ])
  const worker = await baton.request(`/api/sessions/${session}/workers/w1`)
  expect(await worker.json()).toMatchObject({
    status: 'accepted',
    reason: `accept as it is, decided by ${from}`,
  })
})

test('two more attempts leave the worker alive, and the conductor sends it on', async () => {
  const { number, session } = newPerson()
  script('exit status 4', [DECISION])
  await say(number, block('exit 4'))
  await waits(session)
  await makeDecision(session, 'w1')
  script(
    'w1 may have two more attempts',
    [{ type: 'MESSAGE_WORKER', workerId: 'w1', instructions: 'Try again.' }],
    'It tries again.',
  )
  await say(number, '2')
  await baton.until(session, (all) => replies(all).includes('It tries again.'))
  await baton.until(session, (all) => all.filter(({ role }) => role === 'worker').length === 2)
})

test('an answer by SMS reaches the question that was asked by email, and both histories say so', async () => {
  const { number, session } = newPerson()
  const from = 'grace@example.com'
  const linked = await baton.request(`/api/people/${encodeURIComponent(number)}`, {
    method: 'PUT',
    body: JSON.stringify({ email: from }),
  })
  expect(linked.status).toBe(200)
  script('please ask grace', [BLUE])
  await writeEmail(baton, { from, subject: 'Colours', text: 'please ask grace' })
  await expect.poll(() => emailsTo(baton, from).length, PATIENT).toBe(1)
  const other = await sessionWith(baton, 'please ask grace')
  await waits(other)

  script(`${CHOSEN}yes`, [], 'Blue, as you say.')
  await say(number, 'yes')
  await received(number, 2)
  expect(texts(number).toSorted()).toEqual([
    'Blue, as you say.',
    `This answers question q1 of conversation ${other}, which goes on there.`,
  ])
  expect(answersIn(await baton.history(other))).toEqual([
    { question: 'q1', by: number, choice: 'yes' },
  ])
  expect(withoutReceipts(await baton.history(session)).map(({ role }) => role)).toEqual([
    'user',
    'system',
  ])
})

test('a yes by SMS stays where the conductor has spoken since, or where several questions wait', async () => {
  const { number, session } = newPerson()
  const from = 'mary@example.com'
  await baton.request(`/api/people/${encodeURIComponent(number)}`, {
    method: 'PUT',
    body: JSON.stringify({ email: from }),
  })
  script('please ask mary', [BLUE])
  await writeEmail(baton, { from, subject: 'Red', text: 'please ask mary' })
  await expect.poll(() => emailsTo(baton, from).length, PATIENT).toBe(1)
  const other = await sessionWith(baton, 'please ask mary')
  await waits(other)
  script('what about lunch', [], 'Shall I book a table for you?')
  await say(number, 'what about lunch')
  await received(number, 1)
  script('yes', [], 'The table is booked.')
  await say(number, 'yes')
  await received(number, 2)
  expect(texts(number)[1]).toBe('The table is booked.')
  expect((await stateOf(other)).questions).toHaveLength(1)

  script('please ask again', [BLUE])
  await writeEmail(baton, { from, subject: 'Green', text: 'please ask again' })
  await expect.poll(() => emailsTo(baton, from).length, PATIENT).toBe(2)
  await waits(await sessionWith(baton, 'please ask again'))
  script('yes', [], 'I do not know what you mean.')
  await say(number, 'yes')
  await received(number, 3)
  expect(texts(number)[2]).toBe('I do not know what you mean.')
  expect(answersIn(await baton.history(session))).toEqual([])
})

describe('over the API', () => {
  const post = (id: string, answer: string) =>
    baton.request(`/api/questions/${id}/answer`, {
      method: 'POST',
      body: JSON.stringify({ answer }),
    })

  test('questions are listed, oldest first, and answered once', async () => {
    const keep = { type: 'KEEP_QUESTION', questionId: 'q1' }
    for (const [session, count] of [
      ['api-first', 1],
      ['api-second', 1],
      ['api-first', 2],
    ] as const) {
      script(`ask in ${session}`, count > 1 ? [keep, BLUE] : [BLUE])
      await baton.send(session, `ask in ${session}`)
      await expect.poll(async () => (await stateOf(session)).questions, PATIENT).toHaveLength(count)
      await waits(session)
    }
    const listed = await baton.request('/api/questions?limit=100', {
      headers: { authorization: 'Bearer test-read-token' },
    })
    const { questions } = (await listed.json()) as { questions: { id: string; kind: string }[] }
    const own = questions.filter(({ id }) => id.startsWith('api-'))
    expect(own).toMatchObject([
      { id: 'api-first.q1' },
      { id: 'api-second.q1', kind: 'ask' },
      { id: 'api-first.q2' },
    ])

    const paged: string[] = []
    for (let next: string | null = ''; next !== null; ) {
      const page = await baton.request(`/api/questions?limit=1${next && `&cursor=${next}`}`)
      const found = (await page.json()) as ShapeOf<'QuestionPage'>
      expect(found.questions).toHaveLength(1)
      paged.push(...found.questions.map(({ id }) => id))
      next = found.next
    }
    expect(paged).toEqual(questions.map(({ id }) => id))

    expect((await post('api-first.q7', 'yes')).status).toBe(404)
    expect((await post('nowhere.q1', 'yes')).status).toBe(404)
    script(`${CHOSEN}yes`, [], 'Thanks.')
    expect((await post('api-first.q1', 'yes')).status).toBe(202)
    // Again: the same answer, unless the first one has been taken by now.
    expect([202, 409]).toContain((await post('api-first.q1', 'yes')).status)
    expect((await post('api-first.q1', 'no')).status).toBe(409)
    const entries = await baton.until('api-first', (all) => replies(all).includes('Thanks.'))
    expect(answersIn(entries)).toEqual([{ question: 'q1', by: 'the operator', choice: 'yes' }])
    expect((await post('api-first.q1', 'yes')).status).toBe(409)
  })

  test('an answer that the conductor does not take for one can be given again', async () => {
    const session = 'api-again'
    script(`ask in ${session}`, [BLUE])
    await baton.send(session, `ask in ${session}`)
    await waits(session)
    const id = `${session}.q1`
    script('like the sky', [{ type: 'KEEP_QUESTION', questionId: 'q1' }], 'By day or by night?')
    expect((await post(id, 'like the sky')).status).toBe(202)
    await baton.until(session, (all) => replies(all).includes('By day or by night?'))
    await waits(session)
    script('by day', [], 'Blue, then.')
    expect((await post(id, 'by day')).status).toBe(202)
    const entries = await baton.until(session, (all) => replies(all).includes('Blue, then.'))
    expect(answersIn(entries)).toEqual([{ question: 'q1', by: 'the operator' }])
    expect((await post(id, 'yes')).status).toBe(409)
  })

  test('a choice over several lines is that choice', async () => {
    const session = 'api-lines'
    script(`ask in ${session}`, [{ ...BLUE, choices: ['light blue', 'red'] }])
    await baton.send(session, `ask in ${session}`)
    await waits(session)
    script(`${CHOSEN}light blue`, [], 'Light blue.')
    expect((await post(`${session}.q1`, 'light\nblue\n')).status).toBe(202)
    await baton.until(session, (all) => replies(all).includes('Light blue.'))
  })

  test('a decision takes a choice only', async () => {
    await makeDecision('api-second', 'w1')
    const refused = await post('api-second.q1', 'maybe')
    expect(refused.status).toBe(422)
    expect(await refused.json()).toMatchObject({ detail: expect.stringContaining('1 or “yes”') })
    await baton.request('/api/sessions/api-second', { method: 'DELETE' })
    expect((await post('api-second.q1', '1')).status).toBe(404)
  })
})
