import { describe, expect, test } from 'vitest'
import { outstanding, type Session } from '../../../src/core/session.ts'
import type { SlashCommand } from '../../../src/core/slash-command.ts'
import type { Arrival } from '../../../src/protocol/append.ts'
import { applySlashCommand } from '../../../src/protocol/slash-command.ts'
import { ACCOUNT, busyWith, closed, messages, NOW, session, turn } from './fixtures.ts'

const arrival: Arrival = {
  id: 'slashCommand',
  from: 'person',
  size: 5,
  now: NOW,
  person: { channel: 'sms', raises: false },
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

test('/new-session leaves neither memory nor sandbox nor files to the next turn', () => {
  const { item, output } = give(busy, 'new-session')
  expect(item.conductor).toEqual({ cliSession: 'another' })
  expect(item.files).toEqual([])
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

  test('does nothing if nothing is paused', () => {
    const { item } = give(session(closed), 'continue')
    expect(item.run).toEqual(closed.run)
    expect(item.raised).toEqual({})
  })
})

test('/status lists what is in progress and what waits', () => {
  const [, notice] = give(busy, 'status').item.pendingEntries
  expect(notice).toMatchObject({
    text: expect.stringMatching(
      /^Run 1 is in progress\. Busy workers: w1\. Messages waiting: 2\. Spent/,
    ),
  })
})
