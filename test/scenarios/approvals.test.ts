/** A message to anybody but the person who asked waits for a yes, which sends exactly what was shown. */
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Entry } from '../../src/core/history.ts'
import { block, replies, type TestBaton, testBaton } from '../support/baton.ts'
import { replaceObjects } from '../support/bucket.ts'
import { PATIENT } from '../support/patience.ts'
import {
  deliveriesOf,
  emailsTo,
  sessionWith,
  textsTo,
  writeEmail,
  writeSms,
} from '../support/people.ts'
import { deliverAgain } from '../support/queues.ts'
import { tablesOf } from '../support/tables.ts'

const ADA = '+15550100'
const BOB = '+15550101'

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton({ people: [ADA, BOB, '+15550102', '+15550103', '@example.com'] })
})
afterAll(() => baton.close())

let turns = 0

/** Has the next message with the returned words answered by these commands. */
function prepare(...commands: readonly Record<string, unknown>[]): string {
  const words = `please send it, ${++turns}`
  const input = { reply: 'I will ask.', commands }
  const answer = [{ type: 'tool_use' as const, name: 'StructuredOutput', input }]
  baton.model?.faults.push({ about: words, answer })
  return words
}

const emailTo = (to: string, body = 'It is **done**.') => ({
  type: 'SEND_EMAIL',
  to,
  subject: 'News',
  body,
})

const asked = (entries: readonly Entry[]) =>
  entries.flatMap(({ question, text }) => (question ? [{ ...question, text }] : []))
const answers = (entries: readonly Entry[]) => entries.flatMap(({ answer }) => answer ?? [])

/** Resolves with the questions of a session once there are so many. */
const askedIn = async (session: string, count = 1) =>
  asked(await baton.until(session, (all) => asked(all).length >= count))

const answeredIn = async (session: string, count = 1) =>
  answers(await baton.until(session, (all) => answers(all).length >= count))

async function openIn(session: string): Promise<readonly string[]> {
  const response = await baton.request(`/api/sessions/${session}`)
  const { questions } = (await response.json()) as { questions: { number: string }[] }
  return questions.map(({ number }) => number)
}

/** The operator answers, who writes over HTTP. */
const answer = (session: string, text: string) => baton.send(session, text)

/** Resolves once every delivery of the session is over, with their states. */
async function deliveredIn(session: string, name: string) {
  const state = async () => {
    const records = await deliveriesOf(baton, session)
    return records.find((each) => each.name === name)?.status
  }
  await expect.poll(state, PATIENT).toMatch(/sent|delivered|refused/)
  return (await deliveriesOf(baton, session)).find((each) => each.name === name)
}

const sentTo = (address: string) =>
  address.startsWith('+') ? textsTo(baton, address) : emailsTo(baton, address)

test('over HTTP: the first email waits and is shown whole, a yes sends it once, and the next text needs none', async () => {
  const session = 'over-http'
  await baton.send(session, prepare(emailTo('dan@example.com')))
  const [question] = await askedIn(session)
  expect(question).toMatchObject({ id: 'q1', kind: 'approval', choices: ['yes', 'no'] })
  for (const shown of ['`dan@example.com`', '`News`', '````\nIt is **done**.\n````'])
    expect(question?.text).toContain(shown)
  await baton.until(session, (all) => all.at(-1)?.receipt !== undefined)
  const [turn] = (await baton.history(session)).filter(({ role }) => role === 'conductor')
  expect(turn?.commands).toMatchObject([
    { status: 'held', outcome: 'waits for approval to be sent to dan@example.com' },
  ])
  expect(sentTo('dan@example.com')).toEqual([])

  const listed = await baton.request('/api/questions')
  expect(await listed.json()).toMatchObject({
    questions: [{ id: 'over-http.q1', kind: 'approval', to: 'dan@example.com', default: 'no' }],
  })
  const answerApi = (text: string) =>
    baton.request('/api/questions/over-http.q1/answer', {
      method: 'POST',
      body: JSON.stringify({ answer: text }),
    })
  expect((await answerApi('yes, if it is short')).status).toBe(422)
  expect((await answerApi('yes')).status).toBe(202)
  expect(await answeredIn(session)).toEqual([{ question: 'q1', by: 'the operator', choice: 'yes' }])
  expect(await deliveredIn(session, turn?.commands?.[0]?.id ?? '')).toMatchObject({
    status: 'sent',
    to: 'dan@example.com',
  })
  // Again by a repeated answer, and by a queue that delivers twice.
  await answer(session, 'q1 yes')
  await deliverAgain(baton, session)
  await baton.send(session, prepare(emailTo('dan@example.com', 'And this.')))
  await expect.poll(() => sentTo('dan@example.com').length, PATIENT).toBe(2)
  expect(emailsTo(baton, 'dan@example.com')).toMatchObject([
    { subject: 'News', text: 'It is **done**.' },
    { subject: 'News', text: 'And this.' },
  ])
  expect(answers(await baton.history(session))).toHaveLength(1)
  expect(await askedIn(session)).toHaveLength(1)
})

test('by SMS: "yes" of the number that was asked sends it, a second one does nothing and is told so', async () => {
  const session = `sms-${ADA.slice(1)}`
  await writeSms(baton, {
    from: ADA,
    body: prepare({ type: 'SEND_SMS', to: BOB, message: 'Lunch?' }),
  })
  await expect
    .poll(() => textsTo(baton, ADA).map(({ body }) => body), PATIENT)
    .toContainEqual(expect.stringMatching(/May this SMS be sent to \+15550101\?[\s\S]*Lunch\?/))
  expect(sentTo(BOB)).toEqual([])
  await writeSms(baton, { from: ADA, body: 'Yes' })
  await expect.poll(() => sentTo(BOB).length, PATIENT).toBe(1)
  expect(textsTo(baton, BOB)).toMatchObject([{ body: 'Lunch?' }])
  expect(await answeredIn(session)).toEqual([{ question: 'q1', by: ADA, choice: 'yes' }])
  await baton.settled(session)
  await writeSms(baton, { from: ADA, body: 'yes' })
  await expect
    .poll(() => textsTo(baton, ADA).map(({ body }) => body), PATIENT)
    .toContainEqual(expect.stringContaining('did nothing'))
  await deliverAgain(baton, session)
  expect(sentTo(BOB)).toHaveLength(1)
})

/** A conversation by email in which a message to `to` waits. Returns how its writer goes on in it. */
async function waiting(name: string, command: Record<string, unknown>) {
  const from = `${name}@example.com`
  const text = prepare(command)
  await writeEmail(baton, { from, text })
  const question = () => emailsTo(baton, from).find((each) => each.text?.startsWith('Question q'))
  await expect.poll(question, PATIENT).toBeDefined()
  const asking = question()
  const headers = Object.entries(asking?.headers ?? {})
  const inReplyTo = headers.find(([header]) => header.toLowerCase() === 'message-id')?.[1]
  const session = await sessionWith(baton, text)
  return {
    session,
    quote: (asking?.text ?? '').replaceAll(/^/gm, '> '),
    write: (body: string, writer = from) =>
      writeEmail(baton, { from: writer, text: body, inReplyTo, subject: 'Re: Hello' }),
  }
}

test('by email: "no" above the quoted question sends nothing, and the conductor is told', async () => {
  const { session, write, quote } = await waiting('refuses', emailTo('erin@example.com'))
  await write(`No.\n\nOn Mon, Jan 5, 2026 at 10:00 AM Baton <baton@example.com> wrote:\n${quote}`)
  expect(await answeredIn(session)).toEqual([
    { question: 'q1', by: 'refuses@example.com', choice: 'no' },
  ])
  await baton.settled(session)
  const prompts = baton.model?.requests.map(({ request }) => JSON.stringify(request.messages))
  expect(prompts?.some((each) => /Nothing was sent/.test(each))).toBe(true)
  expect(await openIn(session)).toEqual([])
  expect(sentTo('erin@example.com')).toEqual([])
})

describe('a yes that is none leaves the message where it is', () => {
  const announced = 'On Mon, Jan 5, 2026 at 10:00 AM Eve <eve@example.net> wrote:\n'
  test.each([
    ['quoted', 'I am not sure.\n\n> yes'],
    ['quoted, and nothing else', '> yes'],
    ['announced as a quote', `${announced}\nyes`],
    ['below its announcement', `${announced}> Shall we?\n\nyes`],
    [
      'passed on',
      '---------- Forwarded message ---------\nFrom: Eve <eve@example.net>\nSubject: Re\n\nyes',
    ],
    ['with more below it', 'yes\n\nPlease tell me first what it costs.'],
    ['in a sentence', 'Yes, I have seen the question.'],
    ['reported by a worker', block('echo yes')],
  ])('%s', async (name, text) => {
    const to = `${name.replaceAll(/\W+/g, '-')}-to@example.com`
    const { session, write } = await waiting(`${name.replaceAll(/\W+/g, '-')}-from`, emailTo(to))
    const before = replies(await baton.history(session)).length
    await write(text)
    const reports = text.startsWith('```') ? 2 : 1
    await baton.until(session, (all) => replies(all).length >= before + reports)
    expect(await openIn(session)).toEqual(['q1'])
    expect(sentTo(to)).toEqual([])
    await write('q1 yes')
    await deliveredIn(session, 't1.0')
    expect(sentTo(to)).toHaveLength(1)
  })

  test('to something else that the conductor has said since', async () => {
    const { session, write } = await waiting('asks-back', emailTo('ivan@example.com'))
    const before = replies(await baton.history(session)).length
    await write('What can you do?')
    await baton.until(session, (all) => replies(all).length > before)
    await write('yes')
    await baton.until(session, (all) => all.some(({ text }) => text.includes('as in “q1 1”')))
    expect(await openIn(session)).toEqual(['q1'])
    expect(sentTo('ivan@example.com')).toEqual([])
  })

  test('from somebody else on the list who writes in the same conversation', async () => {
    const { session, write } = await waiting('asked', emailTo('frank@example.com'))
    const before = replies(await baton.history(session)).length
    await write('yes', 'mallory@example.com')
    await baton.until(session, (all) => replies(all).length > before)
    expect(await openIn(session)).toEqual(['q1'])
    expect(sentTo('frank@example.com')).toEqual([])
  })
})

test('the person who asked needs no approval, and files to anybody else always do', async () => {
  const from = 'owner@example.com'
  await writeEmail(baton, {
    from,
    messageId: '<files@example.com>',
    text: block('mkdir -p ~/artifacts; printf hi > ~/artifacts/out.txt'),
  })
  await expect.poll(() => emailsTo(baton, from).length, PATIENT).toBe(2)
  const file = { type: 'DELIVER_FILE', paths: ['out.txt'], message: 'Here.' }
  const text = prepare({ ...file, to: from }, { ...file, to: 'grace@example.com' })
  await writeEmail(baton, { from, text, inReplyTo: '<files@example.com>' })
  const session = await sessionWith(baton, text)
  await expect
    .poll(() => emailsTo(baton, from), PATIENT)
    .toContainEqual(expect.objectContaining({ attachments: [expect.anything()] }))
  const [question] = await askedIn(session)
  expect(question?.text).toContain('- `out.txt` (2 bytes)')
  expect(sentTo('grace@example.com')).toEqual([])
  await answer(session, 'q1 yes')
  await expect.poll(() => sentTo('grace@example.com').length, PATIENT).toBe(1)

  // The address is known now, so a text needs none. Files do.
  const more = prepare(emailTo('grace@example.com'), { ...file, to: 'grace@example.com' })
  await writeEmail(baton, { from, text: more, inReplyTo: '<files@example.com>' })
  await askedIn(session, 2)
  await expect.poll(() => sentTo('grace@example.com').length, PATIENT).toBe(2)
  expect(emailsTo(baton, 'grace@example.com').map(({ attachments }) => attachments.length)).toEqual(
    [1, 0],
  )

  // Somebody has put another file in the place of the one that was shown.
  await replaceObjects(baton, `artifacts/${session}/`, 'ho')
  await answer(session, 'q2 yes')
  const [, { id = '' } = {}] =
    (await baton.history(session)).findLast(({ commands = [] }) => commands.length > 0)?.commands ??
    []
  expect(await deliveredIn(session, id)).toMatchObject({
    status: 'refused',
    problem: 'the file out.txt has changed since it was handed over',
  })
  expect(sentTo('grace@example.com')).toHaveLength(2)
})

/** Changes a stored entry, as nothing in Baton does. */
async function changeEntry(sessionId: string, seq: number | undefined, from: string, to: string) {
  const { client, nameOf } = tablesOf(baton)
  const entry = { TableName: nameOf('Conversations'), Key: { sessionId, seq } }
  const { Item } = await client.send(new GetCommand(entry))
  await client.send(
    new UpdateCommand({
      ...entry,
      UpdateExpression: 'SET document = :document',
      ExpressionAttributeValues: { ':document': String(Item?.document).replace(from, to) },
    }),
  )
}

test('a text that has changed since it was shown is not sent, and the conductor is told', async () => {
  const session = 'changed'
  await baton.send(session, prepare(emailTo('heidi@example.com', 'The first text.')))
  await askedIn(session)
  await baton.until(session, (all) => all.at(-1)?.receipt !== undefined)
  const entries = await baton.history(session)
  const turn = entries.find(({ commands = [] }) => commands.length > 0)
  await changeEntry(session, turn?.seq, 'The first text.', 'Another text.')
  await answer(session, 'q1 yes')
  expect(await deliveredIn(session, 't1.0')).toMatchObject({
    status: 'refused',
    problem: 'it is not what was approved',
  })
  await baton.until(session, (all) =>
    all.some(
      ({ role, text }) => role === 'system' && text.includes('was not delivered: it is not what'),
    ),
  )
  expect(sentTo('heidi@example.com')).toEqual([])
})

test('without an answer it expires: nothing is sent, and the conductor is told', async () => {
  const { session } = await waiting('silent', emailTo('judy@example.com'))
  await baton.until(session, (all) => all.at(-1)?.receipt !== undefined)
  const at = new Date(Date.now() + 8 * 24 * 3_600_000).toISOString()
  const ages = { staleRunSeconds: 3600, newSandboxSeconds: 3600, idleWorkerSeconds: 24 * 3600 }
  const event = { task: 'Sweep', ...ages, at }
  expect(await baton.aws.invoke('Baton/Recovery/Recovery', event)).toMatchObject({ ok: true })
  expect(await answeredIn(session)).toEqual([{ question: 'q1', by: 'the default', choice: 'no' }])
  await baton.settled(session)
  const prompts = baton.model?.requests.map(({ request }) => JSON.stringify(request.messages))
  expect(prompts?.some((each) => each.includes('The default counts: no'))).toBe(true)
  expect(sentTo('judy@example.com')).toEqual([])
})
