/** What a person writes beside an open question may be its answer; the conductor decides, once it has read it. */
import { describe, expect, test } from 'vitest'
import type { Session, Turn } from '../../../src/core/session.ts'
import { expire, remind } from '../../../src/protocol/expire.ts'
import { questionsBeside } from '../../../src/protocol/own-words.ts'
import { receive } from '../../../src/protocol/receive.ts'
import { takeMessages } from '../../../src/protocol/take-messages.ts'
import { acceptTurn, type Decision } from '../../../src/protocol/turn.ts'
import { AT, closed, NOW, session } from '../core/fixtures.ts'
import { ADA, APPROVAL, arrival, question, says } from './fixtures.ts'

const HOUR = 3_600_000
const asked = question({ remindAt: NOW + HOUR, expiresAt: NOW + 2 * HOUR, default: 'no' })
const waiting = session({
  ...closed,
  ...{ lastSeq: 8, lastTurn: 4, lastQuestion: 1, questions: [asked] },
})

const write = (before: Session, id: string, line: string) =>
  receive(before, arrival(id), says(line)).item

/** Starts the turn that reads what waits. */
const read = (before: Session): Session => {
  const { item } = takeMessages(before, before.run.id, {
    written: { entries: new Set(), marked: new Set() },
    ...{ now: NOW, budgetCheck: { over: () => undefined }, pauseNotice: () => '' },
  })
  return { ...item, ...(item.turn && { turn: { ...item.turn, result: 'j1' } }) }
}

const DECISION: Decision = {
  ...{ result: 'j1', commands: 0, spawns: 0, replies: true, unsent: true, silent: false },
  ...{ used: {}, at: AT },
}
const accept = (before: Session, keeps: readonly string[] = []) =>
  acceptTurn(before, before.run.id, before.turn?.n ?? 0, { ...DECISION, keeps }).item

const answers = ({ pendingEntries }: Session) =>
  pendingEntries.flatMap((entry) => (entry.kind === 'answer' ? [entry] : []))
const shown = (before: Session, messages: Turn['messages'] = before.turn?.messages ?? []) =>
  questionsBeside(before, messages).map((each) => each.map(({ id, how }) => [id, how]))

const inTurn = read(write(waiting, 'm9', 'rather green'))

test('the conductor reads it below the question', () => {
  expect(shown(inTurn)).toEqual([[['q1', 'words']]])
})

describe('once the turn is accepted', () => {
  test('the question is answered, before the entry of the turn', () => {
    const after = accept(inTurn)
    expect(after.questions).toBeUndefined()
    expect(after.pendingEntries.map(({ kind, seq }) => [kind, seq])).toEqual([
      ['message', 9],
      ['answer', 10],
      ['turn', 11],
    ])
    expect(answers(after)).toMatchObject([{ question: 'q1', by: ADA }])
    expect(answers(after)[0]).not.toHaveProperty('choice')
    const late = write({ ...after, inbox: [] }, 'm12', 'yes')
    expect(late.pendingEntries.at(-1)).toMatchObject({
      text: expect.stringContaining('question q1 has been answered'),
    })
  })

  test('it stays as it was if the conductor keeps it, and its time goes on', () => {
    const after = accept(inTurn, ['q1'])
    expect(after.questions).toEqual([asked])
    expect(answers(after)).toEqual([])
    expect(remind(after, 'q1', NOW + HOUR).output).toBe(true)
    const { item } = expire(after, 'q1', { id: 'expired-q1', size: 9 }, NOW + 2 * HOUR)
    expect(answers(item)).toMatchObject([{ question: 'q1', by: 'the default' }])
  })

  test('an approval stays, whatever was written', () => {
    const before = read(write({ ...waiting, questions: [APPROVAL] }, 'm9', 'rather green'))
    expect(shown(before)).toEqual([[['q1', 'open']]])
    expect(accept(before).questions).toEqual([APPROVAL])
  })
})

describe('until then', () => {
  const later = NOW + 3 * HOUR

  test.each([
    ['waits', write(waiting, 'm9', 'rather green')],
    ['is being read', inTurn],
    [
      'is held at a budget',
      { ...write(waiting, 'm9', 'rather green'), inbox: [], held: inTurn.inbox },
    ],
    ['could not be read', { ...waiting, abandoned: inTurn.inbox }],
  ])('nothing reminds of the question or ends it while the message %s', (_, before) => {
    expect(remind(before, 'q1', NOW + HOUR)).toEqual({ item: before, output: false })
    const message = { id: 'expired-q1', size: 9 }
    expect(expire(before, 'q1', message, later)).toEqual({ item: before, output: undefined })
  })

  test('a bare answer counts, and the words then answer nothing', () => {
    const chosen = write(inTurn, 'm10', '1')
    expect(answers(chosen)).toMatchObject([{ choice: 'yes' }])
    expect(shown(chosen)).toEqual([[]])
    const after = accept(chosen)
    expect(answers(after)).toHaveLength(1)
    expect(shown(after, after.inbox)).toEqual([[['q1', 'choice']]])
  })

  test('further words are beside it, too, and the conductor sees it once a turn', () => {
    const more = write(inTurn, 'm10', 'I mean light green')
    expect(shown(more, more.inbox)).toEqual([[['q1', 'words']], []])
    const kept = accept(more, ['q1'])
    expect(shown(kept, kept.inbox)).toEqual([[['q1', 'words']]])
  })
})
