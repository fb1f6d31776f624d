/** The verification of a leg: when one is due, what counts as a finding, and what the conductor reads. */
import { describe, expect, test } from 'vitest'
import type { CriterionChange, WorkerReport } from '../../../src/contract/review.ts'
import type { Result } from '../../../src/contract/runner.ts'
import { withChanges } from '../../../src/core/criteria.ts'
import { endLeg } from '../../../src/core/leg.ts'
import { shareTime } from '../../../src/core/leg-time.ts'
import {
  beginVerification,
  isVerifying,
  needsVerification,
  newVerifier,
  storeVerification,
  type VerifierEnd,
  verificationOf,
  verifiedLeg,
} from '../../../src/core/verification.ts'
import { verificationText } from '../../../src/core/verification-text.ts'
import type { VerifyPolicy } from '../../../src/core/verify-policy.ts'
import { closeWorker, instruct, newWorker, type Worker } from '../../../src/core/worker.ts'
import { AT, NOW } from './fixtures.ts'

const assignment = { commandId: 't1.0', run: 1, at: new Date(NOW), seconds: 60, verifySeconds: 30 }
const next = { ...assignment, commandId: 't2.0' }
const workerWith = (verify: VerifyPolicy, given: Partial<Worker> = {}): Worker => ({
  ...newWorker(
    { sessionId: 'main', workerId: 'w1', cliSession: 'cli' },
    { task: 'build', criteria: ['it runs', 'it greets'], verify },
    assignment,
  ),
  ...given,
})
const file = { leg: 1, job: 1, name: 'a.txt', size: 1, handedOver: true } as const
const once = workerWith({ mode: 'once' })
const begun = beginVerification(once, 1, { now: NOW }).item

const result = (structured: unknown, given: Partial<Result> = {}): Result => ({
  ...{ outcome: 'done', text: '', allText: '', activity: [], structured },
  ...given,
})
const ended = (given: Partial<VerifierEnd>): VerifierEnd => ({
  failure: {},
  seconds: 7,
  at: AT,
  ...given,
})
const found = (criteria: readonly object[], remarks: readonly string[] = []) =>
  verificationOf(begun, 1, ended({ result: result({ criteria, remarks }) }))

const MET = { status: 'met', procedure: 'Ran it.', exitStatus: 0, excerpt: 'ok' }

describe('a report is verified', () => {
  test.each<[string, Worker, boolean]>([
    ['if the command says once', once, true],
    ['if it says always', workerWith({ mode: 'always' }), true],
    ['not if it says none', workerWith({ mode: 'none' }), false],
    ['not without criteria', workerWith({ mode: 'once' }, { criteria: [] }), false],
    ['not by default without files', workerWith({ mode: 'once', onlyWithArtifacts: true }), false],
    [
      'by default with files',
      workerWith({ mode: 'once', onlyWithArtifacts: true }, { uploads: [file] }),
      true,
    ],
  ])('%s', (_, worker, due) => {
    expect(needsVerification(worker)).toBe(due)
  })

  test('by default if the worker names a file that it did not hand over', () => {
    const byDefault = workerWith({ mode: 'once', onlyWithArtifacts: true })
    const claims: WorkerReport = { report: '', criteria: [], notDone: [], artifacts: [] }
    const claim = { id: 'C1', status: 'met', procedure: 'Open it.' } as const
    expect(needsVerification(byDefault, { ...claims, criteria: [claim] })).toBe(false)
    expect(needsVerification(byDefault, { ...claims, artifacts: ['a.txt'] })).toBe(true)
    const named = { ...claim, artifact: 'a.txt' }
    expect(needsVerification(byDefault, { ...claims, criteria: [named] })).toBe(true)
  })

  test('once more if a criterion that was found met has changed since', () => {
    const verification = found([
      { id: 'C1', ...MET },
      { id: 'C2', ...MET },
    ])
    const stored = storeVerification(begun, 1, { verification, used: {} }).item
    const reported = endLeg(stored, 1, { outcome: 'done', used: {}, at: AT }).item
    const change = { id: 'C1', text: 'it runs twice', reason: 'asked for' }
    const second = instruct(reported, 'more', next, (worker, leg) =>
      withChanges(worker, [change], leg),
    ).item
    expect(needsVerification(second)).toBe(true)
    // Of earlier legs the item keeps only what was found, because it is bounded.
    expect(second.legs[0]?.verification?.criteria).toEqual([
      { id: 'C1', status: 'met' },
      { id: 'C2', status: 'met' },
    ])
  })

  test('not if the worker is from before there were verifiers', () => {
    const { verify: _, ...old } = once
    expect(needsVerification(old)).toBe(false)
  })

  test.each([
    ['once', 'met', false],
    ['once', 'unmet', true],
    ['always', 'met', true],
  ] as const)('%s after one found everything %s: %s', (mode, status, again) => {
    const verification = found([
      { id: 'C1', ...MET },
      { id: 'C2', ...MET, status },
    ])
    const first = beginVerification(workerWith({ mode }), 1, { now: NOW }).item
    const stored = storeVerification(first, 1, { verification, used: {} }).item
    const reported = endLeg(stored, 1, { outcome: 'done', used: {}, at: AT }).item
    expect(needsVerification(instruct(reported, 'more', next).item)).toBe(again)
  })

  test.each<[string, CriterionChange[], boolean]>([
    [
      'again once a criterion has changed',
      [{ id: 'C1', text: 'it runs fast', reason: 'new' }],
      true,
    ],
    ['again once one was added', [{ text: 'it is small', reason: 'new' }], true],
    ['not again otherwise', [], false],
  ])('once: %s', (_, changes, again) => {
    const verification = found([
      { id: 'C1', ...MET },
      { id: 'C2', ...MET },
      { id: 'C3', ...MET },
    ])
    const stored = storeVerification(begun, 1, { verification, used: {} }).item
    const reported = endLeg(stored, 1, { outcome: 'done', used: {}, at: AT }).item
    const changed = instruct(
      reported,
      'more',
      { ...assignment, commandId: 't2.0' },
      (worker, leg) => withChanges(worker, changes, leg),
    ).item
    expect(needsVerification(changed)).toBe(again)
  })

  test('once: again if changes after it may have been forgotten', () => {
    const verification = found([
      { id: 'C1', ...MET },
      { id: 'C2', ...MET },
    ])
    const stored = storeVerification(begun, 1, { verification, used: {} }).item
    const many = Array.from({ length: 20 }, () => ({ id: 'C2', text: 'it greets', reason: 'new' }))
    const changed = withChanges(stored, [{ id: 'C1', text: 'it flies', reason: 'new' }], 2)
    const later = { ...withChanges(changed, many, 3), criteria: ['it flies'] }
    expect(needsVerification(later)).toBe(true)
  })
})

test('a verifier has one leg, no task of the worker, and is not among live workers', () => {
  expect(newVerifier(once, { cliSession: 'other', at: new Date(NOW) })).toMatchObject({
    workerId: 'w1v1',
    cliSession: 'other',
    verifies: { workerId: 'w1', leg: 1 },
    live: 'verifier',
    criteria: [],
    legs: [{ n: 1, seconds: 30 }],
  })
  expect(verifiedLeg('w12v3')).toEqual({ workerId: 'w12', leg: 3 })
  expect(verifiedLeg('w12')).toBeUndefined()
})

describe('a leg that is being verified', () => {
  test('is marked once', () => {
    expect(begun).toMatchObject({ status: 'verifying', legs: [{ verifier: 'w1v1' }] })
    expect(isVerifying(begun, 1)).toBe(true)
    expect(beginVerification(begun, 1, { now: NOW }).output).toBe(false)
  })

  test('keeps the first verification, until it is reported', () => {
    const [first, second] = [found([{ id: 'C1', ...MET }]), found([])]
    const stored = storeVerification(begun, 1, { verification: first, used: { nanoUsd: 3 } }).item
    expect(stored.legs[0]).toMatchObject({ verification: first, verifierUsed: { nanoUsd: 3 } })
    expect(isVerifying(stored, 1)).toBe(false)
    expect(storeVerification(stored, 1, { verification: second, used: {} }).item).toBe(stored)
  })

  test('takes none for another leg, and none once its worker has ended', () => {
    const given = { verification: found([]), used: {} }
    expect(storeVerification(begun, 2, given).item).toBe(begun)
    const closed = closeWorker(begun, { status: 'ended', at: AT }).item
    expect(storeVerification(closed, 1, given).item).toBe(closed)
    expect(beginVerification(closed, 1, { now: NOW }).output).toBe(false)
    expect(isVerifying(closed, 1)).toBe(false)
  })
})

describe('findings', () => {
  test('are one for each criterion; what is missing or shows nothing is unverifiable', () => {
    const { criteria } = found([
      { id: 'C2', status: 'met', procedure: 'I believe it.' },
      { id: 'C9', ...MET },
    ])
    expect(criteria).toEqual([
      { id: 'C1', status: 'unverifiable', procedure: 'The verifier does not mention it.' },
      { id: 'C2', status: 'unverifiable', procedure: 'I believe it.' },
    ])
  })

  test('are cut, and a file shows something only if the verifier had it', () => {
    const worker = { ...begun, uploads: [file] }
    const named = (artifact: string) => ({ status: 'met', procedure: 'Read it.', artifact })
    const long = { id: 'C2', ...named('other.txt'), command: 'x'.repeat(1_000) }
    const structured = { criteria: [{ id: 'C1', ...named('a.txt') }, long] }
    const { criteria } = verificationOf(worker, 1, ended({ result: result(structured) }))
    expect(criteria.map(({ status, command }) => [status, command?.length])).toEqual([
      ['met', undefined],
      ['unverifiable', 300],
    ])
  })

  test.each<[string, Partial<VerifierEnd>, object]>([
    [
      'the sandbox was silent',
      { failure: { Error: 'States.HeartbeatTimeout' } },
      { outcome: 'lost', problem: 'the verifier stopped responding' },
    ],
    [
      'it failed',
      { result: result(undefined, { outcome: 'failed', error: 'killed at http://10.0.0.1/' }) },
      { outcome: 'failed', problem: 'killed at [address]' },
    ],
    [
      'it took too long',
      { result: result(undefined, { outcome: 'timeout' }) },
      { outcome: 'timeout', problem: 'the verifier took too long' },
    ],
    [
      'it gave no structure',
      { result: result({ criteria: 'all met' }) },
      { outcome: 'failed', problem: 'the verifier gave no structured findings' },
    ],
  ])('are none if %s', (_, end, expected) => {
    const verification = verificationOf(begun, 1, ended(end))
    expect(verification).toMatchObject({
      ...expected,
      criteria: [],
      seconds: 7,
      prompt: 'verifier-2',
    })
    expect(verificationText(verification, undefined)).toMatch(/^Not verified: .*independently\.$/)
  })
})

test('the conductor reads each finding as the verifier’s, and where it contradicts a claim', () => {
  const claims: WorkerReport = {
    report: 'All done.',
    criteria: [
      { id: 'C1', status: 'met', procedure: 'Run it.' },
      { id: 'C2', status: 'met', procedure: 'Run it.' },
    ],
    notDone: [],
    artifacts: [],
  }
  const unmet = { id: 'C2', status: 'unmet', command: 'greet\n--now', exitStatus: 1 }
  const verification = found(
    [
      { id: 'C1', ...MET },
      { ...unmet, excerpt: 'no\nhello' },
    ],
    ['slow'],
  )
  expect(
    verificationText({ ...verification, model: 'claude-opus-5-5' }, claims).split('\n'),
  ).toEqual([
    "Independent verification by w1v1, claude-opus-5-5, in a fresh sandbox. These are the verifier's findings, not the worker's:",
    '- C1 met; Ran it; its exit status: 0; seen: "ok"',
    '- C2 unmet, although the worker claims met; command: greet --now; its exit status: 1; seen: "no\\nhello"',
    'The verifier contradicts the worker about C2.',
    '- Remark: slow',
  ])
})

describe('the time that is left', () => {
  test.each([
    ['all of it without a verification', 100, false, { seconds: 100 }],
    ['no more than a leg may take', 9_000, false, { seconds: 1800 }],
    ['both in full', 9_000, true, { seconds: 1800, verifySeconds: 600 }],
    [
      'shared, so that the verification has its part',
      1_200,
      true,
      { seconds: 900, verifySeconds: 300 },
    ],
    ['none for a verification that could only start', 50, true, { seconds: 50, verifySeconds: 0 }],
  ])('%s', (_, left, verifies, expected) => {
    expect(shareTime(left, 1800, verifies)).toEqual(expected)
  })
})
