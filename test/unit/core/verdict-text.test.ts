/** The line that a person reads of a verdict, and the question if the work is handed to them. */
import { describe, expect, test } from 'vitest'
import { decisionQuestion, workText } from '../../../src/core/decision-question.ts'
import { duration } from '../../../src/core/duration.ts'
import { newVerdict, withVerdict } from '../../../src/core/verdict-record.ts'
import { acceptedText, countText, notVerifiedText } from '../../../src/core/verdict-text.ts'
import { AT, NOW } from './fixtures.ts'
import { met, reported, reviewed, unmet } from './reviewed-worker.ts'

const spent = { used: { nanoUsd: 420_000_000 }, now: NOW + 130_000 }
const ran = { command: 'make test', exitStatus: 0 }

describe('accepted work', () => {
  test('is counted by criterion, with checks, time and cost', () => {
    const findings = [met('C1', ran), met('C2', ran)]
    expect(acceptedText(reported(), findings, spent)).toBe(
      '2 of 2 met · 2 checks ran · 2 min 10 s · $0.42',
    )
  })

  test.each([
    ['tests', 'Tests  41 passed (41)', 41, '41 tests ran'],
    ['no tests that it does not quote', 'ok', 41, '1 check ran'],
    ['no tests that stand in another number', '1.41 s, 141 ok, 41.5 %', 41, '1 check ran'],
    ['one test', '1 passing', 1, '1 test ran'],
  ])('counts %s', (_, excerpt, tests, words) => {
    const findings = [met('C1', { ...ran, tests, excerpt }), met('C2')]
    expect(acceptedText(reported(), findings, spent)).toBe(
      `2 of 2 met · ${words} · 2 min 10 s · $0.42`,
    )
  })

  test('counts the tests of a command once, and other checks beside them', () => {
    const tested = { ...ran, tests: 41, excerpt: '41 passed' }
    const both = [met('C1', tested), met('C2', tested)]
    expect(acceptedText(reported(), both, spent)).toContain(' · 41 tests ran · ')
    const mixed = [met('C1', tested), met('C2', { command: 'make lint', exitStatus: 0 })]
    expect(acceptedText(reported(), mixed, spent)).toContain(' · 41 tests and 1 check ran · ')
  })

  test('names what could not be verified', () => {
    const findings = [met('C1', ran), { id: 'C2', status: 'unverifiable' } as const]
    expect(acceptedText(reported(), findings, spent)).toBe(
      '1 of 2 met · C2 could not be verified · 1 check ran · 2 min 10 s · $0.42',
    )
  })

  test.each([
    ['disagrees', { criteria: [unmet('C2')] }, 'the verifier disagrees about C2'],
    ['failed', { outcome: 'failed' }, 'no independent verification'],
  ] as const)('says that the verifier %s', (_, verification, words) => {
    const worker = reported({}, { ...verification, criteria: [unmet('C2')] })
    expect(acceptedText(worker, [met('C1'), met('C2')], spent)).toBe(
      `2 of 2 met · ${words} · no check ran · 2 min 10 s · $0.42`,
    )
  })

  test('without criteria is not verified, and the line says so', () => {
    expect(acceptedText(reported({ criteria: [] }), [], spent)).toMatch(
      /^not verified, because it has no criteria · no check ran · /,
    )
  })
})

test('work whose verdict does not hold is not verified', () => {
  expect(notVerifiedText(reported(), 'C2 is unmet', spent)).toBe(
    'not verified: C2 is unmet · 2 min 10 s · $0.42',
  )
})

test('a criterion without a finding is not met', () => {
  expect(countText(reported(), [met('C2'), met('C7')])).toBe('1 of 2 met')
})

test('amounts below a cent are shown', () => {
  const cheap = { ...spent, used: { nanoUsd: 1_200_000 } }
  expect(notVerifiedText(reported(), 'x', cheap)).toMatch(/\$0\.0012$/)
  expect(notVerifiedText(reported(), 'x', { ...spent, used: {} })).toMatch(/\$0\.00$/)
})

test.each([
  [0, '0 s'],
  [-5, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [130_000, '2 min 10 s'],
  [3_661_000, '1 h 1 min'],
  [90_000_000, '1 d 1 h'],
])('%i ms are %s', (ms, text) => {
  expect(duration(ms)).toBe(text)
})

describe('the work of a worker at a budget', () => {
  test('is shown by its verifier, if nobody has judged it', () => {
    expect(workText(reported({}, { criteria: [unmet('C2')] }), true)).toBe(
      [
        'w1 has reported.',
        'Its task: build it',
        '- C1 not judged: it runs\n- C2 unmet: it is blue (saw "not ok")',
        'Files: a.txt',
      ].join('\n\n'),
    )
  })

  test('is shown by the verdict on its last leg', () => {
    const review = reviewed('revise', [met('C1'), unmet('C2')], { instructions: 'again' })
    const verdict = newVerdict(reported(), review, [], { commandId: 't2.0', at: AT })
    expect(workText(withVerdict(reported(), verdict), true)).toContain('- C1 met: it runs')
  })
})

describe('the question to the person', () => {
  const contradicted = reported({}, { criteria: [unmet('C1')] })

  test('shows criterion by criterion what there is', () => {
    const { text, ...question } = decisionQuestion(
      contradicted,
      [met('C1', { ...ran, artifact: 'a.txt' })],
      { reason: 'is not verified: C2 has no finding.', seen: ['The test\nwas edited.'] },
    )
    expect(text).toBe(
      [
        'w1 is not verified: C2 has no finding.',
        'Its task: build it',
        '- C1 met: it runs (Run it. · ran make test · exit status 0 · saw "ok" · see a.txt)\n- C2 not judged: it is blue',
        '- The verifier found C1 unmet.',
        '- The test was edited.',
        'Files: a.txt',
      ].join('\n\n'),
    )
    expect(question).toEqual({
      kind: 'decision',
      choices: ['accept as it is', 'two more attempts', 'stop'],
      default: 'stop',
      workerId: 'w1',
    })
  })

  test('is short, however long the evidence is', () => {
    const long = 'x'.repeat(20_000)
    const findings = [met('C1', { excerpt: long, procedure: long })]
    const { text } = decisionQuestion(reported({ task: long }), findings, { reason: 'is odd' })
    expect(text.length).toBeLessThan(1_000)
  })
})
