/** A person's message answers a question, or leaves it open, in the write that appends it. */
import { describe, expect, test } from 'vitest'
import type { Session } from '../../../src/core/session.ts'
import { type Reply, receive } from '../../../src/protocol/receive.ts'
import { AT, closed, NOW, session } from '../core/fixtures.ts'
import { ADA, APPROVAL, arrival, DECISION, question, says } from './fixtures.ts'

const waiting = (given: Partial<Session> = {}) =>
  session({ ...closed, lastSeq: 8, lastTurn: 4, lastQuestion: 1, ...given })

const answer = (before: Session, reply: Reply, sender: string | undefined = ADA) =>
  receive(before, arrival('m9', { person: { channel: 'sms', sender } }), reply).item

const beside = ({ inbox }: Session) =>
  inbox.at(-1)?.questions?.map(({ id, how, choice }) => [id, how, ...(choice ? [choice] : [])])

const open = ({ inbox }: Session) =>
  inbox.map(({ beside: marks = [] }) => marks.map(({ id }) => id))

const answers = ({ pendingEntries }: Session) =>
  pendingEntries.flatMap((entry) => (entry.kind === 'answer' ? [entry] : []))

const notices = ({ pendingEntries }: Session) =>
  pendingEntries.flatMap((entry) => (entry.kind === 'notice' ? [entry] : []))

describe('a bare answer', () => {
  const after = answer(waiting({ questions: [question()] }), says('1'))

  test('closes the question and opens the run', () => {
    expect(after.questions).toBeUndefined()
    expect(after.run).toMatchObject({ id: 2, open: true })
    expect(after.closedQuestions).toMatchObject([{ id: 'q1', how: 'answered', choice: 'yes' }])
  })

  test('is recorded after its message, with who and when', () => {
    expect(after.pendingEntries.map(({ kind, seq }) => [kind, seq])).toEqual([
      ['message', 9],
      ['answer', 10],
    ])
    expect(answers(after)).toMatchObject([{ question: 'q1', by: ADA, at: AT, choice: 'yes' }])
  })

  test('reaches the conductor with its question', () => {
    expect(beside(after)).toEqual([['q1', 'choice', 'yes']])
  })

  test('that comes twice is told so, and does nothing', () => {
    const twice = receive(after, arrival('m10'), says('yes')).item
    expect(twice.inbox).toEqual(after.inbox)
    expect(answers(twice)).toHaveLength(1)
    expect(notices(twice)).toMatchObject([
      {
        text: expect.stringContaining('has been answered with “yes”'),
        about: [{ id: 'm10' }],
      },
    ])
  })

  test('that is delivered twice changes nothing', () => {
    expect(receive(after, arrival(), says('1')).item).toBe(after)
  })
})

describe('an answer in own words', () => {
  test.each([
    ['a question', question({ choices: [] })],
    ['an approval', APPROVAL],
    ['a decision', DECISION],
  ])('leaves %s open, and the conductor sees it', (_, asked) => {
    for (const reply of [says('yes, but change the title'), says('1', false), says('yes please')]) {
      const after = answer(waiting({ questions: [asked] }), reply)
      expect(after.questions).toEqual([asked])
      expect(open(after)).toEqual([['q1']])
      expect(answers(after)).toEqual([])
    }
  })
})

describe('an approval', () => {
  test('is given by yes, which sends exactly what was held', () => {
    const after = answer(waiting({ questions: [APPROVAL] }), says('yes'))
    expect(answers(after)).toMatchObject([{ choice: 'yes', deliver: APPROVAL.delivery }])
  })

  test('opens the way to its recipient, and remembers a limited number of them', () => {
    const approved = Array.from({ length: 100 }, (_, i) => `email p${i}@example.com`)
    const first = answer(waiting({ questions: [APPROVAL] }), says('yes'))
    expect(first.approved).toEqual(['sms +15550101'])
    const full = answer(waiting({ questions: [APPROVAL], approved }), says('yes'))
    expect(full.approved).toEqual([...approved.slice(1), 'sms +15550101'])
    expect(answer(waiting({ questions: [APPROVAL] }), says('no')).approved).toBeUndefined()
  })

  test('has to be named once the conductor has said more, which a yes may be about', () => {
    const asked = { ...APPROVAL, turn: 3 }
    for (const line of ['yes', '1', 'no']) {
      const after = answer(waiting({ questions: [asked] }), says(line))
      expect(after.questions).toEqual([asked])
      expect(after.inbox).toEqual([])
      expect(notices(after)).toMatchObject([{ text: expect.stringContaining('as in “q1 1”') }])
    }
    const named = answer(waiting({ questions: [asked] }), says('q1 yes'))
    expect(answers(named)).toMatchObject([{ choice: 'yes', deliver: APPROVAL.delivery }])
    const atOnce = answer(waiting({ questions: [{ ...asked, turn: 4 }] }), says('yes'))
    expect(answers(atOnce)).toMatchObject([{ choice: 'yes' }])
    expect(open(answer(waiting({ questions: [asked] }), says('what is it?')))).toEqual([['q1']])
  })

  test('is refused by no, which sends nothing', () => {
    const after = answer(waiting({ questions: [APPROVAL] }), says('no'))
    expect(answers(after)).toMatchObject([{ choice: 'no', done: 'Nothing was sent.' }])
    expect(answers(after)[0]).not.toHaveProperty('deliver')
  })

  test.each([
    ['somebody else', '+15550199'],
    ['an unproven sender', undefined],
  ])('is not given by %s', (_, sender) => {
    const before = waiting({ questions: [APPROVAL] })
    const { item } = receive(
      before,
      arrival('m9', { person: { channel: 'sms', sender } }),
      says('yes'),
    )
    expect(item.questions).toEqual([APPROVAL])
    expect(answers(item)).toEqual([])
    expect(item.inbox).toMatchObject([{ id: 'm9' }])
  })

  test('is given by the operator', () => {
    const { item } = receive(
      waiting({ questions: [APPROVAL] }),
      arrival('m9', { person: { channel: 'http' } }),
      says('yes'),
    )
    expect(answers(item)).toMatchObject([{ by: 'the operator', deliver: APPROVAL.delivery }])
  })

  test('is given from another conversation in words that name it, too', () => {
    const named = { ...says('q1 yes'), question: 'q1' }
    const after = answer(waiting({ questions: [APPROVAL] }), named)
    expect(answers(after)).toMatchObject([{ choice: 'yes', deliver: APPROVAL.delivery }])
    const another = { ...says('q2 yes'), question: 'q1' }
    expect(answers(answer(waiting({ questions: [APPROVAL] }), another))).toEqual([])
  })

  test('is given from another conversation that named it', () => {
    const after = answer(
      waiting({ questions: [APPROVAL] }),
      { ...says('yes'), question: 'q1' },
      'ada@example.com',
    )
    expect(answers(after)).toMatchObject([{ by: 'ada@example.com', deliver: APPROVAL.delivery }])
  })
})

describe('a decision', () => {
  test('has to be named once the conductor has said more', () => {
    const asked = { ...DECISION, turn: 3 }
    const after = answer(waiting({ questions: [asked] }), says('1'))
    expect(after.questions).toEqual([asked])
    expect(after.inbox).toEqual([])
    expect(notices(after)).toMatchObject([{ text: expect.stringContaining('as in “q1 1”') }])
    expect(answers(answer(waiting({ questions: [asked] }), says('q1 1')))).toHaveLength(1)
    const atOnce = answer(waiting({ questions: [{ ...DECISION, turn: 4 }] }), says('1'))
    expect(answers(atOnce)).toMatchObject([{ choice: 'accept as it is' }])
  })

  const busy = waiting({ questions: [DECISION] })

  test.each([
    ['accept as it is', { accepted: 1 }, 'w1 has ended: its work is accepted.'],
    ['two more attempts', {}, 'w1 may have two more attempts.'],
    ['3', { rejected: 1 }, 'w1 has ended: its work is rejected.'],
  ])('%s', (line, counts, done) => {
    const after = answer(busy, says(line))
    expect(after.inbox.at(-1)?.questions).toMatchObject([{ how: 'choice', workerId: 'w1', done }])
    const { 'in.sms': _, ...counted } = after.counts
    expect(counted).toEqual(counts)
  })
})

describe('several open questions', () => {
  const both = waiting({ questions: [question(), { ...APPROVAL, id: 'q2' }], lastQuestion: 2 })

  test.each([
    ['q2 yes', 'q2', 'yes'],
    ['2: no', 'q2', 'no'],
    ['q1: 2', 'q1', 'no'],
  ])('%s answers one of them', (line, id, choice) => {
    const after = answer(both, says(line))
    expect(answers(after)).toMatchObject([{ question: id, choice }])
    expect(after.questions).toHaveLength(1)
  })

  test('a bare choice is asked which one it means', () => {
    const after = answer(both, says('yes'))
    expect(after.questions).toEqual(both.questions)
    expect(after.inbox).toEqual([])
    expect(notices(after)).toMatchObject([{ text: expect.stringContaining('- q2:') }])
  })

  test('own words may be about each of them', () => {
    const after = answer(both, says('I am not sure about this', false))
    expect(open(after)).toEqual([['q1', 'q2']])
  })

  test('own words for one of them leave the other', () => {
    expect(open(answer(both, says('q1: rather green', false)))).toEqual([['q1']])
  })
})

describe('without an open question', () => {
  const gone = (how: 'answered' | 'expired' | 'stopped' | 'deleted', turn: number) =>
    waiting({
      closedQuestions: [
        { id: 'q1', choices: how === 'deleted' ? [] : ['yes', 'no'], asked: [ADA], how, turn },
      ],
    })

  test.each([
    ['answered', 4, 'has been answered'],
    ['answered', 3, 'has been answered'],
    ['expired', 4, 'has expired'],
    ['stopped', 4, 'was dropped when the conversation was stopped'],
    ['deleted', 4, 'was deleted'],
  ] as const)('a bare answer is told that the question %s (turn %i)', (how, turn, text) => {
    const after = answer(gone(how, turn), says('yes'))
    expect(notices(after)).toMatchObject([{ text: expect.stringContaining(text) }])
    expect(after.inbox).toEqual([])
    expect(after.run.open).toBe(false)
  })

  test.each([
    ['the conductor has spoken since', gone('answered', 2), says('yes')],
    ['the conductor has spoken since it expired', gone('expired', 3), says('yes')],
    ['it is no choice', gone('answered', 4), says('hello')],
    ['it goes on', gone('answered', 4), says('yes', false)],
    ['nothing was ever asked', waiting(), says('yes')],
    ['it only begins like a question', gone('stopped', 4), says('Q1 figures, please')],
  ])('it is a message like any other if %s', (_, before, reply) => {
    const after = answer(before, reply)
    expect(notices(after)).toEqual([])
    expect(after.inbox).toMatchObject([{ id: 'm9' }])
  })

  test('an answer that names its question is late however late it is', () => {
    const after = answer(gone('answered', 1), says('q1 yes'))
    expect(after.inbox).toEqual([])
    expect(notices(after)).toHaveLength(1)
  })
})

test.each([
  ['an approval', APPROVAL],
  ['a decision', DECISION],
  ['a question', question()],
])('what was written before %s was asked does not answer it', (_, asked) => {
  const later = { ...asked, askedAt: new Date(NOW + 1_000).toISOString() }
  for (const line of ['1', 'q1 1']) {
    const after = answer(waiting({ questions: [later] }), { ...says(line), at: AT })
    expect(after.questions).toEqual([later])
    expect(answers(after)).toEqual([])
    expect(beside(after)).toBeUndefined()
  }
  expect(answers(answer(waiting({ questions: [asked] }), { ...says('1'), at: AT }))).toHaveLength(1)
})

test('an answer to a question that is long gone answers no other one', () => {
  const open = question({ id: 'q12' })
  const after = answer(waiting({ questions: [open] }), { ...says('yes'), question: 'q1' })
  expect(after.questions).toEqual([open])
})

test('of many messages that leave a question open, only so many have it beside them', () => {
  const says200 = Array.from({ length: 200 }, (_, i) => `m${i + 10}`)
  const after = says200.reduce(
    (before, id) => receive(before, arrival(id), says('what is it?')).item,
    waiting({ questions: [{ ...DECISION, text: 'x'.repeat(10_000) }] }),
  )
  expect(after.inbox.flatMap(({ beside: marks }) => marks ?? [])).toHaveLength(50)
  const answered = receive(after, arrival('m300'), says('1')).item
  expect(beside(answered)).toEqual([['q1', 'choice', 'accept as it is']])
})
