/** A turn in progress: asked at most three times, accepted once, or given up. */
import { describe, expect, test } from 'vitest'
import { isCurrentJob, storeResult } from '../../../src/protocol/job.ts'
import { advanceTurn } from '../../../src/protocol/run-commands.ts'
import { abandonTurn, acceptTurn, askConductor, askTurnAgain } from '../../../src/protocol/turn.ts'
import { AT, message, messages, NOW, session, turn } from './fixtures.ts'

const claim = { token: 'token', sandbox: { sandboxId: 'sandbox', awakeSince: NOW }, at: AT }

describe('a turn is asked', () => {
  test('under a new job number', () => {
    const before = session({ turn: turn({ asked: 1, again: 'structure' }), lastJob: 6 })
    const { item, output } = askConductor(before, 1, 1, claim)
    expect(output).toBe(7)
    expect(item).toMatchObject({
      lastJob: 7,
      conductor: { cliSession: 'cli-session', sandboxId: 'sandbox', awakeSince: NOW },
      turn: { asked: 2, job: 7, token: 'token', again: 'structure' },
    })
  })

  test.each([
    ['it was asked thrice', session({ turn: turn({ asked: 3 }) })],
    ['it has a result', session({ turn: turn({ result: 'j1' }) })],
    ['it is accepted', session({ turn: turn({ phase: 'run' }) })],
    ['it is another one', session({ turn: turn({ n: 2 }) })],
    ['there is none', session()],
    ['the run is another one', session({ turn: turn(), run: { id: 2, open: true, tries: 0 } })],
  ])('not when %s', (_, before) => {
    expect(askConductor(before, 1, 1, claim)).toEqual({ item: before, output: undefined })
  })
})

describe("a job's result", () => {
  const asked = session({ turn: turn({ job: 5, token: 'token' }) })

  test('is recorded, and completes the token', () => {
    const { item, output } = storeResult(asked, 5, 'j5')
    expect({ result: item.turn?.result, output }).toEqual({ result: 'j5', output: 'token' })
    expect([isCurrentJob(asked, 5), isCurrentJob(item, 5)]).toEqual([true, false])
  })

  test('completes the token again if it is repeated, and changes nothing', () => {
    const { item } = storeResult(asked, 5, 'j5')
    expect(storeResult(item, 5, 'other')).toEqual({ item, output: 'token' })
  })

  test.each([
    ['an older job', asked, 4],
    ['a job that never was', asked, 6],
    ['an accepted turn', session({ turn: turn({ phase: 'run', job: 5 }) }), 5],
    ['no turn', session(), 5],
  ])('is dropped: %s', (_, before, job) => {
    expect(storeResult(before, job, 'x')).toEqual({ item: before, output: undefined })
    expect(isCurrentJob(before, job)).toBe(false)
  })
})

const decision = {
  result: 'j5',
  commands: 3,
  spawns: 2,
  transcript: 'j5',
  silent: false,
  replies: true,
  unsent: true,
  used: {},
  at: AT,
}

describe('an accepted turn', () => {
  const before = session({
    run: { id: 1, open: true, tries: 2 },
    inbox: messages(3),
    turn: turn({
      messages: messages(2),
      asked: 2,
      job: 5,
      token: 't',
      result: 'j5',
      again: 'silence',
      trouble: 'x',
    }),
    lastSeq: 3,
    lastWorker: 4,
  })
  const { item, output } = acceptTurn(before, 1, 1, decision)

  test('removes exactly its messages from the inbox', () => {
    expect(item.inbox).toEqual([message(3)])
  })

  test('without a transcript is remembered as forgotten, until a later turn saves one', () => {
    const { transcript: _, ...unsaved } = { ...decision, forgot: 'No memory.' }
    const torn = acceptTurn(before, 1, 1, unsaved).item
    expect(torn.conductor.forgottenFrom).toBe(1)
    expect(torn.pendingEntries.at(-1)).toMatchObject({ kind: 'notice', text: 'No memory.', seq: 5 })
    const [third] = messages(3).slice(2)
    const next = { ...torn, turn: turn({ n: 2, messages: third ? [third] : [], result: 'j6' }) }
    const again = acceptTurn(next, 1, 2, { ...unsaved, result: 'j6' }).item
    expect(again.conductor).toMatchObject({ forgottenFrom: 1 })
    const saved = acceptTurn(next, 1, 2, { ...decision, result: 'j6', transcript: 'j6' }).item
    expect(saved.conductor).toMatchObject({ transcript: 'j6' })
    expect(saved.conductor).not.toHaveProperty('forgottenFrom')
  })

  test('numbers its entry, its commands and its workers', () => {
    expect(output).toEqual([0, 1, 2])
    expect(item).toMatchObject({ lastSeq: 4, lastWorker: 6, run: { tries: 0 } })
    expect(item.pendingEntries).toEqual([
      {
        seq: 4,
        kind: 'turn',
        n: 1,
        run: 1,
        at: AT,
        covered: [{ id: 'm1' }, { id: 'm2' }],
        result: 'j5',
        silent: false,
        firstWorker: 5,
        used: {},
      },
    ])
  })

  test('keeps no trace of how it was asked', () => {
    expect(item.turn).toEqual(
      turn({
        phase: 'run',
        messages: messages(2),
        asked: 2,
        count: 3,
        firstWorker: 5,
        accepted: 'j5',
        entry: 4,
      }),
    )
  })

  test('is accepted once: a retry gets the commands that are left', () => {
    const { item: advanced } = advanceTurn(item, 1, 1, 0, { now: NOW })
    expect(acceptTurn(advanced, 1, 1, decision)).toEqual({ item: advanced, output: [1, 2] })
  })

  test.each([
    ['another result', { ...before, turn: turn({ result: 'j6' }) }],
    ['no result', { ...before, turn: turn() }],
    ['another turn', { ...before, turn: turn({ n: 2, result: 'j5' }) }],
  ])('is not accepted with %s', (_, other) => {
    expect(acceptTurn(other, 1, 1, decision)).toEqual({ item: other, output: undefined })
  })
})

describe('an unusable result', () => {
  const before = session({ turn: turn({ result: 'j5', again: 'structure' }) })

  test.each([
    ['with a reason to give', { again: 'silence' }, 'silence'],
    ['without one', {}, 'structure'],
  ] as const)('is dropped %s', (_, given, again) => {
    const { item } = askTurnAgain(before, 1, 1, { result: 'j5', trouble: 'no', ...given })
    expect(item.turn).toEqual(turn({ again, trouble: 'no' }))
  })

  test('does not name what was wrong before, if there is another reason', () => {
    const { turn: asked } = before
    const wrong = { ...before, ...(asked && { turn: { ...asked, problems: ['C1 is unmet'] } }) }
    const ask = (again?: 'criteria') =>
      askTurnAgain(wrong, 1, 1, { result: 'j5', trouble: 'no', ...(again && { again }) }).item.turn
    expect(ask('criteria')).not.toHaveProperty('problems')
    expect(ask()).toMatchObject({ problems: ['C1 is unmet'] })
  })

  test('is dropped once', () => {
    const { item } = askTurnAgain(before, 1, 1, { result: 'j4', trouble: 'no' })
    expect(item).toBe(before)
  })
})

describe('a turn that is given up', () => {
  const asked = turn({ messages: messages(2), asked: 3, trouble: 'exit code 1' })
  const before = session({
    run: { id: 1, open: true, tries: 3 },
    inbox: messages(3),
    turn: asked,
    abandoned: [message(9)],
  })

  test('abandons its messages and says why', () => {
    const { item, output } = abandonTurn(before, 1, 1)
    expect(output).toEqual({ trouble: 'exit code 1', fromPerson: true })
    expect(item).not.toHaveProperty('turn')
    expect(item).toMatchObject({
      run: { tries: 0 },
      inbox: [message(3)],
      abandoned: [message(9), ...messages(2)],
    })
  })

  test('without a known reason says that the conductor did not reply', () => {
    const { output } = abandonTurn(session({ turn: turn({ asked: 3 }) }), 1, 1)
    expect(output).toMatchObject({ trouble: 'the conductor did not answer' })
  })

  test('is not one whose result came at the last moment, unless it cannot be read', () => {
    const before = session({ turn: turn({ asked: 3, job: 3, result: 'j3' }) })
    expect(abandonTurn(before, 1, 1)).toEqual({ item: before, output: undefined })
    const inVain = { ...before, run: { ...before.run, tries: 3 } }
    expect(abandonTurn(inVain, 1, 1).item).not.toHaveProperty('turn')
  })

  test('is never an accepted one', () => {
    const accepted = session({ turn: turn({ phase: 'run' }) })
    expect(abandonTurn(accepted, 1, 1)).toEqual({ item: accepted, output: undefined })
  })
})
