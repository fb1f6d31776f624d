import { describe, expect, test } from 'vitest'
import { outstanding, type Session } from '../../../src/core/session.ts'
import type { SlashCommand } from '../../../src/core/slash-command.ts'
import type { Arrival } from '../../../src/protocol/append.ts'
import { applySlashCommand } from '../../../src/protocol/slash-command.ts'
import { DECISION, says } from '../questions/fixtures.ts'
import { ACCOUNT, busyWith, closed, messages, NOW, session, turn } from './fixtures.ts'

const arrival: Arrival = {
  id: 'slashCommand',
  from: 'person',
  size: 5,
  now: NOW,
  person: { channel: 'sms' },
}
const give = (before: Session, slashCommand: SlashCommand) =>
  applySlashCommand(before, arrival, { ...ACCOUNT, slashCommand, cliSession: 'another' })

const busy = session({
  inbox: messages(2),
  seen: { m1: 1, m2: 2 },
  lastSeq: 2,
  turn: turn({ messages: messages(1), job: 3 }),
  lastJob: 3,
  busy: { w1: busyWith(1, NOW + 1000) },
  conductor: { cliSession: 'one', sandboxId: 's1', transcript: 'j2' },
  files: [{ folder: 'f', name: 'a.pdf', size: 1 }],
})

test.each([
  'help',
  'status',
  'continue',
  'kill-workers',
  'stop',
  'new-session',
] as const)('/%s and its reply to the sender are in the history, and never in the inbox', (slashCommand) => {
  for (const before of [busy, session(closed)]) {
    const { item } = give(before, slashCommand)
    const seq = before.lastSeq + 1
    expect(item.seen.slashCommand).toBe(seq)
    expect(item.pendingEntries.slice(0, 2)).toMatchObject([
      { seq, kind: 'message', id: 'slashCommand' },
      { seq: seq + 1, kind: 'notice', about: expect.arrayContaining([{ id: 'slashCommand' }]) },
    ])
    expect(item.inbox.map(({ id }) => id)).not.toContain('slashCommand')
    expect(!outstanding(item) || item.run.open).toBe(true)
  }
})

test.each([
  'help',
  'status',
  'kill-workers',
] as const)('/%s changes nothing else', (slashCommand) => {
  const { item } = give(busy, slashCommand)
  const { lastSeq, seen, pendingEntries, counts, days, ...rest } = item
  const { lastSeq: _, seen: __, pendingEntries: ___, counts: ____, days: _____, ...before } = busy
  expect(rest).toEqual(before)
})

test.each([
  'help',
  'stop',
  'kill-workers',
  'new-session',
] as const)('/%s repeated changes nothing', (slashCommand) => {
  const { item, output } = give(busy, slashCommand)
  const again = give(item, slashCommand)
  expect(again.item).toBe(item)
  expect(again.output.kill).toBe(output.kill)
  expect(again.output.stopped?.run).toBe(output.stopped?.run)
  // A job that came meanwhile may have the same number.
  expect(again.output.stopped?.job).toBeUndefined()
})

describe('/stop', () => {
  const { item, output } = give(busy, 'stop')

  test('ends everything in progress in the same update, with a notice to the sender', () => {
    expect(item).toMatchObject({ run: { open: false }, inbox: [], busy: {}, stopped: 1 })
    expect(item.turn).toBeUndefined()
    expect(output).toEqual({ wake: undefined, stopped: { run: 1, job: 4 } })
    const [, notice] = item.pendingEntries
    expect(notice).toMatchObject({ about: [{ id: 'm1' }, { id: 'm2' }, { id: 'slashCommand' }] })
  })

  test("keeps the conductor's memory", () => {
    expect(item.conductor).toMatchObject({ cliSession: 'one', transcript: 'j2', sandboxId: 's1' })
  })
})

test('/new-session leaves neither memory nor sandbox nor files nor approvals to the next turn', () => {
  const { item, output } = give({ ...busy, approved: ['sms +15550101'] }, 'new-session')
  expect(item.conductor).toEqual({ cliSession: 'another' })
  expect(item.files).toEqual([])
  expect(item.approved).toEqual([])
  expect(output.stopped).toEqual({ run: 1, sandboxId: 's1' })
})

describe('/continue', () => {
  const over = { scope: 'session', unit: 'usd', limit: 1, spent: 1.2 } as const
  const paused = session({ ...closed, paused: { ...over, seq: 3 }, held: messages(2), lastSeq: 3 })

  test('raises the budget, releases held messages and wakes the run, without a message to the conductor', () => {
    const { item, output } = give(paused, 'continue')
    expect(item).toMatchObject({ held: [], inbox: messages(2), run: { id: 2, open: true } })
    expect(item.paused).toBeUndefined()
    expect(item.raised).not.toEqual(paused.raised)
    expect(output).toEqual({ wake: { run: 2 } })
  })

  test.each([
    ['a session', {}, 'Continuing. Added to the budget: the same amount.'],
    [
      'a session that needs more',
      { next: { usd: 2.5, budget: 1 } },
      'Continuing. Added to the budget: the same amount 3 times.',
    ],
    ['a closed run', { scope: 'run' }, 'Continuing with a new run, whose budget begins anew.'],
    [
      'a closed run that needs more',
      { scope: 'run', next: { usd: 2.5, budget: 1 } },
      'Continuing with a new run, whose budget is 3 times the usual one.',
    ],
  ] as const)('says what was added to the budget of %s', (_, changes, says) => {
    const item = session({ ...closed, paused: { ...over, seq: 3, ...changes }, lastSeq: 3 })
    const [, notice] = give(item, 'continue').item.pendingEntries
    expect(notice).toMatchObject({ text: says })
  })

  test('as a bare word it does the same', () => {
    const request = { ...ACCOUNT, slashCommand: 'continue', cliSession: 'another' } as const
    const bare = applySlashCommand(paused, arrival, { ...request, ifPaused: true })
    expect(bare).toEqual(give(paused, 'continue'))
  })

  test('as a bare word it is a message to the conductor if nothing is paused', () => {
    const request = { ...ACCOUNT, slashCommand: 'continue', cliSession: 'another' } as const
    const { item, output } = applySlashCommand(session(closed), arrival, {
      ...request,
      ifPaused: true,
    })
    expect(item.inbox).toMatchObject([{ id: arrival.id, from: 'person' }])
    expect(item.pendingEntries).toMatchObject([{ kind: 'message' }])
    expect(output).toEqual({ wake: { run: 2 } })
  })

  test.each([
    ['accept', { accept: true }, { held: messages(2) }],
    ['stop', { stopped: { run: 1, job: 1 } }, { held: [] }],
  ] as const)('the bare word for %s decides about the work of a paused session', (slashCommand, effect, left) => {
    const request = { ...ACCOUNT, slashCommand, ifPaused: true, cliSession: 'another' } as const
    const { item, output } = applySlashCommand(paused, arrival, request)
    expect(output).toEqual({ wake: undefined, ...effect })
    expect(item).toMatchObject({ run: { open: false }, inbox: [], ...left })
    expect(applySlashCommand(item, arrival, request).output).toMatchObject(
      slashCommand === 'accept' ? effect : { stopped: { run: 1 } },
    )
    const elsewhere = applySlashCommand(session(closed), arrival, request)
    expect(applySlashCommand(elsewhere.item, arrival, request).output).not.toHaveProperty('accept')
    expect(elsewhere.item.inbox).toMatchObject([{ id: arrival.id }])
    expect(elsewhere.output).toEqual({ wake: { run: 2 } })
  })

  test('a bare word that is a choice of an open question answers that', () => {
    const asked = { ...paused, questions: [{ ...DECISION, asked: [] }], lastQuestion: 1 }
    const from = { ...arrival, person: { channel: 'http' as const } }
    const { item, output } = applySlashCommand(asked, from, {
      ...{ ...ACCOUNT, slashCommand: 'accept', ifPaused: true, cliSession: 'another' },
      reply: says('accept as it is'),
    })
    expect(item.closedQuestions).toMatchObject([{ id: 'q1', choice: 'accept as it is' }])
    expect(output.accept).toBeUndefined()
  })

  test('does nothing if nothing is paused', () => {
    const { item } = give(session(closed), 'continue')
    expect(item.run).toEqual(closed.run)
    expect(item.raised).toEqual({})
  })
})

test.each([
  'help',
  'status',
  'continue',
  'kill-workers',
  'stop',
  'new-session',
] as const)('the answer to /%s says if text below it was not read', (slashCommand) => {
  const request = { ...ACCOUNT, slashCommand, cliSession: 'another', hasMore: true }
  for (const before of [busy, session(closed)])
    expect(applySlashCommand(before, arrival, request).item.pendingEntries.at(1)).toMatchObject({
      text: expect.stringMatching(/\S\n\nThe text below the command was not read\.$/),
    })
  expect(JSON.stringify(give(busy, slashCommand))).not.toContain('below the command')
})

test('/status lists what is in progress and what waits', () => {
  const [, notice] = give(busy, 'status').item.pendingEntries
  expect(notice).toMatchObject({
    text: expect.stringMatching(
      /^Run 1 is in progress\. Busy workers: w1\. Messages waiting: 2\. Spent/,
    ),
  })
})
