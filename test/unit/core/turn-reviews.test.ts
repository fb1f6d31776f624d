/** The verdicts of a turn are checked before it is accepted, and what the person reads of them. */
import { describe, expect, test } from 'vitest'
import { checkCommands } from '../../../src/commands/turn-reply.ts'
import { newLedger, settle } from '../../../src/core/ledger.ts'
import { betterTurn, judgedWorkers, reviewsOf } from '../../../src/core/turn-reviews.ts'
import type { Worker } from '../../../src/core/worker.ts'
import { NOW } from './fixtures.ts'
import { met, reported, unmet } from './reviewed-worker.ts'

const accept = { type: 'REVIEW_WORKER', workerId: 'w1', verdict: 'accept' }
const shown = { ...accept, criteria: [met('C1'), met('C2')] }
const kill = { type: 'KILL_WORKER', workerId: 'w1', accepted: true }

const read = (
  commands: readonly object[],
  workers: readonly Worker[] = [reported()],
  hasReported = false,
) =>
  reviewsOf(checkCommands(commands), {
    workers,
    hasReported: () => hasReported,
    ledger: newLedger,
    now: NOW + 5_000,
  })

describe('a turn', () => {
  test('that accepts work has a line about it', () => {
    expect(read([shown])).toEqual({
      problems: [],
      lines: [{ workerId: 'w1', text: '2 of 2 met · no check ran · 5 s · $0.42' }],
    })
  })

  test.each([
    [
      'sends work back',
      { ...accept, verdict: 'revise', criteria: [unmet('C1')], instructions: 'x' },
    ],
    ['gives work up', { ...accept, verdict: 'give_up' }],
    [
      'finds it suspicious',
      { ...accept, verdict: 'suspicious', remarks: ['The test was edited.'] },
    ],
    ['ends a worker without a verdict', { ...kill, accepted: undefined }],
    ['rejects work as earlier prompts did', { ...kill, accepted: false }],
    ['has no verdict', { type: 'LIST_WORKERS' }],
  ])('that %s has none', (_, command) => {
    expect(read([command])).toEqual({ problems: [], lines: [] })
  })

  test('whose verdict does not hold says so, and what is wrong', () => {
    expect(read([{ ...accept, criteria: [met('C1')] }])).toEqual({
      problems: ['w1: C2 has no finding'],
      lines: [{ workerId: 'w1', text: 'not verified: C2 has no finding · 5 s · $0.42' }],
    })
  })

  test.each([
    ['a worker that does not exist', [], ['there is no worker w1']],
    [
      'a worker whose report is still to come',
      [reported({ legs: reported().legs.map(({ outcome: _, ...leg }) => leg) })],
      ['w1: w1 is still busy; its report will come'],
    ],
  ] as const)('cannot accept the work of %s', (_, workers, problems) => {
    expect(read([shown], workers).problems).toEqual(problems)
  })

  test('can judge a report that only the session knows of', () => {
    const late = reported({ legs: reported().legs.map(({ outcome: _, ...leg }) => leg) })
    expect(read([shown], [late], true).problems).toEqual([])
  })

  test.each([
    ['gives it instructions', { type: 'MESSAGE_WORKER', workerId: 'w1', instructions: 'x' }],
    ['judges it', shown],
  ])('cannot judge a worker after an earlier command %s', (_, before) => {
    expect(read([before, shown]).problems).toEqual([
      'w1: an earlier command of the same turn is about w1, too',
    ])
  })

  test('accepts only one of several attempts at the same task', () => {
    const group = 't1.0'
    const attempts = [reported({ group }), reported({ group, workerId: 'w2' })]
    const other = { ...shown, workerId: 'w2' }
    const { problems, lines } = read([shown, other], attempts)
    expect(problems).toEqual([
      'w2: the turn accepts w1, another attempt at the same task, so w2 ends without a verdict',
    ])
    expect(lines[0]?.text).toContain('2 of 2 met')
    expect(read([shown, other], [reported(), reported({ workerId: 'w2' })]).problems).toEqual([])
  })

  test('with a verdict that cannot be read says what is wrong with it', () => {
    const { problems, lines } = read([{ ...accept, verdict: 'maybe' }])
    expect(problems).toEqual([
      expect.stringMatching(/a REVIEW_WORKER was not understood: .*verdict/),
    ])
    expect(lines).toEqual([])
  })

  test('judges each worker by its own criteria', () => {
    const second = reported({ workerId: 'w2', criteria: ['it is quiet'] })
    const { problems, lines } = read(
      [shown, { ...accept, workerId: 'w2', criteria: [met('C1')] }],
      [reported(), second],
    )
    expect(problems).toEqual([])
    expect(lines).toMatchObject([
      { workerId: 'w1', text: expect.stringMatching(/^2 of 2 met/) },
      { workerId: 'w2', text: expect.stringMatching(/^1 of 1 met/) },
    ])
  })
})

describe('KILL_WORKER as earlier prompts accepted work', () => {
  test('shows no evidence', () => {
    expect(read([kill])).toEqual({
      problems: ['w1: KILL_WORKER gives no verdict; accept work with REVIEW_WORKER'],
      lines: [
        { workerId: 'w1', text: 'not verified: it was ended without a verdict · 5 s · $0.42' },
      ],
    })
  })

  test('of all workers shows none of any that is live', () => {
    const { live: _, ...over } = reported({ workerId: 'w3' })
    const workers = [reported(), reported({ workerId: 'w2', criteria: [] }), over]
    const { problems, lines } = read([{ ...kill, workerId: 'all' }], workers)
    expect(problems).toEqual([expect.stringMatching(/^w1: /)])
    expect(lines.map(({ workerId }) => workerId)).toEqual(['w1', 'w2'])
    expect(lines[1]?.text).toMatch(/^not verified, because it has no criteria/)
  })
})

test('the cost includes what the ledger knows of a leg that is not marked yet', () => {
  const worker = reported({ legs: reported().legs.map(({ used: _, ...leg }) => leg) })
  const request = { job: 'w1.1#1', at: NOW }
  const ledger = settle({ ...newLedger, inFlight: { r1: request } }, 'r1', { nanoUsd: 2e9 }, NOW)
  const { lines } = reviewsOf(checkCommands([shown]), {
    workers: [worker],
    hasReported: () => false,
    ledger: ledger.item,
    now: NOW,
  })
  expect(lines[0]?.text).toContain('$2.00')
})

test('the cost includes that of the verifier', () => {
  const legs = reported().legs.map((leg) => ({ ...leg, verifierUsed: { nanoUsd: 1e9 } }))
  expect(read([shown], [reported({ legs })]).lines[0]?.text).toContain('$1.42')
})

test('the workers that a turn judges are read', () => {
  const message = { type: 'MESSAGE_WORKER', workerId: 'w5', instructions: 'x' }
  const commands = checkCommands([
    shown,
    { ...kill, workerId: 'w2' },
    { type: 'KILL_WORKER', workerId: 'w4' },
    message,
    { ...kill, workerId: 'all' },
  ])
  expect(judgedWorkers(commands)).toEqual(['w1', 'w2', 'all'])
})

describe('the conductor is asked again', () => {
  const spawn = { type: 'SPAWN_WORKER', task: 'dig' }
  const ask = (
    turn: Parameters<typeof betterTurn>[0],
    { commands = [] as object[], problems = [] as string[], isStructured = true },
  ) => betterTurn(turn, checkCommands(commands), { problems, isStructured })

  test('with what is wrong with its verdict, once', () => {
    expect(ask({ asked: 1 }, { problems: ['w1: C2 is unmet'] })).toEqual({
      again: 'verdict',
      trouble: 'the conductor gave a verdict that does not hold',
      problems: ['w1: C2 is unmet'],
    })
    expect(ask({ asked: 2, again: 'verdict' }, { problems: ['x'] })).toBeUndefined()
  })

  test('for criteria, once', () => {
    expect(ask({ asked: 1 }, { commands: [spawn] })).toEqual({
      again: 'criteria',
      trouble: 'the conductor gave a worker no criteria',
    })
    expect(ask({ asked: 2, again: 'criteria' }, { commands: [spawn] })).toBeUndefined()
  })

  test.each([
    ['criteria are given', [{ ...spawn, criteria: ['it is deep'] }], true],
    ['its text is read', [spawn], false],
    ['nothing is spawned', [shown], true],
  ])('not for criteria if %s', (_, commands, isStructured) => {
    expect(ask({ asked: 1 }, { commands, isStructured })).toBeUndefined()
  })

  test('for each in turn, but a last answer is taken as it is', () => {
    const both = { commands: [spawn], problems: ['x'] }
    expect(ask({ asked: 1, again: 'structure' }, both)?.again).toBe('verdict')
    expect(ask({ asked: 2, again: 'verdict' }, both)?.again).toBe('criteria')
    expect(ask({ asked: 3, again: 'criteria' }, both)).toBeUndefined()
  })
})
