/** What of an email counts as the person's own words, and what as a slash command. */
import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { block, replies, sharedBaton, type TestBaton } from '../support/baton.ts'
import { PATIENT } from '../support/patience.ts'
import { emailsTo, sessionWith, writeEmail } from '../support/people.ts'
import { tablesOf } from '../support/tables.ts'

let baton: TestBaton
beforeAll(async () => {
  baton = await sharedBaton()
})
afterAll(() => baton.close())

test('a slash command is the first line of an email, whatever stands below it', async () => {
  const from = 'orders@example.com'
  await writeEmail(baton, { from, text: 'hello from orders' })
  await expect.poll(() => emailsTo(baton, from).length, PATIENT).toBe(1)
  const session = await sessionWith(baton, 'hello from orders')
  const [first] = emailsTo(baton, from)
  const inReplyTo = Object.entries(first?.headers ?? {}).find(
    ([name]) => name.toLowerCase() === 'message-id',
  )?.[1]
  const order = async (text: string, answer: RegExp) => {
    await writeEmail(baton, { from, text, inReplyTo })
    await baton.until(session, (all) => all.some((entry) => answer.test(entry.text)))
  }
  const below =
    'Sent from my telephone\n\nSomebody sent this on Monday:\n\n| An unknown form of a quote.'
  await order(`/status\n\n${below}`, /^Nothing is running[\s\S]*text below the command was not/)
  // Below its quote an order is the first line, too, once the quote is gone.
  const quote = first?.text?.replaceAll(/^/gm, '> ')
  const announcement = 'On Mon, Jan 5, 2026 at 10:00 AM Baton <baton@example.com> wrote:'
  await order(`${announcement}\n${quote}\n\n/stop`, /^Stopped\./)
  const entries = await baton.history(session)
  expect(entries.filter(({ role }) => role === 'user').map((entry) => entry.text)).toEqual([
    'hello from orders',
    `/status\n\n${below}`,
    '/stop',
  ])
})

test('what only looks quoted stays, and the conductor is told so', async () => {
  const from = 'forwards@example.com'
  const text =
    'Pay this:\n\n---------- Forwarded message ---------\nFrom: Shop <shop@example.net>\nSubject: Invoice 17\n\n17 euros.'
  await writeEmail(baton, { from, text })
  await expect.poll(() => emailsTo(baton, from).length, PATIENT).toBe(1)
  expect(await sessionWith(baton, text)).toMatch(/^mail-/)
  const prompts = baton.model?.requests.map(({ request }) => JSON.stringify(request.messages))
  const prompt = prompts?.findLast((each) => each.includes('17 euros.')) ?? ''
  expect(prompt).toMatch(/Pay this:.*\[EMAIL, PERHAPS QUOTED\].*17 euros\./)
})

test('files keep their names in every language, in the history and in sandboxes', async () => {
  const from = 'files@example.com'
  const file = (name: string, text: string) => ({
    name,
    type: 'text/plain',
    content: Buffer.from(text),
  })
  const text = `Compare them:\n\n${block('cd ~/attachments/*/; cat 旧.txt; echo; cat 新.txt')}`
  await writeEmail(baton, {
    from,
    text,
    attachments: [file('旧.txt', 'the old one'), file('新.txt', 'the new one')],
  })
  const session = await sessionWith(baton, text)
  const entries = await baton.until(session, (all) => replies(all).length === 2)
  expect(entries[0]?.files?.map(({ name }) => name)).toEqual(['旧.txt', '新.txt'])
  expect(replies(entries).at(-1)).toContain('the old one\nthe new one')
})

test('a reply goes to the proven sender, not to another address that the email names', async () => {
  const from = 'sender@example.com'
  await writeEmail(baton, {
    from,
    text: 'hello from the sender',
    headers: { 'Reply-To': 'other@example.com' },
  })
  await expect.poll(() => emailsTo(baton, from).length, PATIENT).toBe(1)
  expect(emailsTo(baton, 'other@example.com')).toEqual([])
})

test('an email that is delivered twice keeps its words, although by then the thread has said them', async () => {
  const from = 'twice@example.com'
  const text = 'See below.\n\n> These words of somebody else are long enough to be a quote.'
  const first = { from, text, messageId: '<twice@example.com>' }
  await writeEmail(baton, first)
  await expect.poll(() => emailsTo(baton, from).length, PATIENT).toBe(1)
  await writeEmail(baton, first)
  await writeEmail(baton, { from, text: 'and now?', inReplyTo: '<twice@example.com>' })
  await expect.poll(() => emailsTo(baton, from).length, PATIENT).toBe(2)
  const session = await sessionWith(baton, 'and now?')
  const said = (await baton.history(session)).filter(({ role }) => role === 'user')
  expect(said.map((entry) => entry.text)).toEqual([text, 'and now?'])
  // A turn that is asked again reads the stored body.
  const { client, nameOf } = tablesOf(baton)
  const Key = { sessionId: `${session}#${said[0]?.messageId}`, seq: 0 }
  const { Item } = await client.send(new GetCommand({ TableName: nameOf('Conversations'), Key }))
  expect(JSON.parse(Item?.document)).toMatchObject({ text })
})
