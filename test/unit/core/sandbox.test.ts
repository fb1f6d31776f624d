/** The conductor's sandbox: its hour, and what the session says when another one takes its place. */
import { describe, expect, test } from 'vitest'
import { SandboxBusy, SandboxUnavailable } from '../../../src/core/errors.ts'
import { failsTooOften } from '../../../src/core/limits.ts'
import type { Conductor } from '../../../src/core/session.ts'
import { pausedAndFlushed } from '../../../src/protocol/combined.ts'
import { storeResult } from '../../../src/protocol/job.ts'
import { closeRun } from '../../../src/protocol/lifecycle.ts'
import { countSandboxFailure, isExpiring, sandboxPaused } from '../../../src/protocol/sandbox.ts'
import { applySlashCommand } from '../../../src/protocol/slash-command.ts'
import { acceptTurn, askConductor } from '../../../src/protocol/turn.ts'
import { conductorMetadata } from '../../../src/use-cases/conductor-sandbox.ts'
import { countingFailures } from '../../../src/use-cases/replace-sandbox.ts'
import { ACCOUNT, AT, NOW, session, turn } from './fixtures.ts'

const conductor: Conductor = {
  cliSession: 'c',
  sandboxId: 'old',
  awakeSince: NOW,
  transcript: 'j1',
}
const ask = (given: Conductor, sandboxId = 'old') =>
  askConductor(session({ conductor: given, turn: turn(), lastJob: 1 }), 1, 1, {
    token: 'token',
    sandbox: { sandboxId, awakeSince: NOW },
    at: AT,
  }).item
const decision = {
  result: 'j2',
  commands: 0,
  spawns: 0,
  replies: true,
  unsent: true,
  silent: false,
  used: {},
  at: AT,
}
const accept = (asked: ReturnType<typeof ask>, transcript?: string) =>
  acceptTurn(storeResult(asked, 2, 'j2').item, 1, 1, { ...decision, transcript }).item

describe('its hour', () => {
  test.each([
    [44, false],
    [46, true],
  ])('after %i minutes is too short for a turn: %s', (minutes, expiring) => {
    expect(isExpiring(conductor, NOW + minutes * 60_000)).toBe(expiring)
  })

  test('has not begun while it is paused', () => {
    const { awakeSince: _, ...paused } = conductor
    expect(isExpiring(paused, NOW + 10 * 3_600_000)).toBe(false)
  })

  test('goes on when the run closes, and ends when the sandbox is paused', () => {
    const { item: closed } = closeRun(
      session({ conductor: { ...conductor, countedTo: 5 } }),
      1,
      ACCOUNT,
    )
    expect(closed.conductor.awakeSince).toBe(NOW)
    const { item: paused } = sandboxPaused(closed, 1, 'old')
    expect(paused.conductor).toEqual({ cliSession: 'c', sandboxId: 'old', transcript: 'j1' })
    expect(sandboxPaused(paused, 1, 'old').item).toBe(paused)
  })

  test('is recorded together with the entries that are in the history', () => {
    const { item: closed } = closeRun(session({ conductor, counts: { turns: 1 } }), 1, ACCOUNT)
    const [receipt, ...others] = closed.pendingEntries
    expect(receipt).toMatchObject({ kind: 'receipt' })
    const entries = new Set([receipt?.seq ?? 0])
    const { item } = pausedAndFlushed(closed, 1, { sandboxId: 'old', entries })
    expect(item.pendingEntries).toEqual(others)
    expect(item.conductor.awakeSince).toBeUndefined()
    // A later run does both by itself.
    const resumed = { ...closed, run: { id: 2, open: true, tries: 0 } }
    expect(pausedAndFlushed(resumed, 1, { sandboxId: 'old', entries }).item).toBe(resumed)
  })

  test.each([
    ['a later run has resumed it', 2, 'old'],
    ['another sandbox has taken its place', 1, 'new'],
  ])('goes on if %s meanwhile', (_, run, sandboxId) => {
    const before = session({
      conductor: { ...conductor, sandboxId },
      run: { id: run, open: true, tries: 0 },
    })
    expect(sandboxPaused(before, 1, 'old').item).toBe(before)
  })
})

describe('a replacement', () => {
  test('is told in the history, once, and to the conductor until it remembers', () => {
    const asked = ask(conductor, 'new')
    expect(asked.conductor).toMatchObject({ sandboxId: 'new', filesLost: true, transcript: 'j1' })
    expect(asked.pendingEntries).toEqual([
      {
        seq: 1,
        kind: 'notice',
        at: AT,
        about: [],
        text: expect.stringContaining('no longer existed'),
      },
    ])
    expect(asked.lastSeq).toBe(1)
    expect(ask(asked.conductor, 'new').pendingEntries).toEqual([])
    expect(accept(asked).conductor.filesLost).toBe(true)
    expect(accept(asked, 'j2').conductor).toEqual({
      cliSession: 'c',
      sandboxId: 'new',
      awakeSince: NOW,
      transcript: 'j2',
    })
  })

  test('is told although the turn before did not save its transcript', () => {
    const unsaved = accept(ask({ cliSession: 'c', sandboxId: 'old' })).conductor
    const { conductor: after, pendingEntries } = ask(unsaved, 'new')
    expect(after).toMatchObject({ sandboxId: 'new', filesLost: true })
    expect(pendingEntries).toMatchObject([{ kind: 'notice' }])
  })

  test('of one that failed too often says that', () => {
    const { pendingEntries } = ask({ ...conductor, sandboxFailures: 2 }, 'new')
    expect(pendingEntries).toMatchObject([
      { text: expect.stringContaining('could not be resumed and was replaced') },
    ])
  })

  test.each<[string, Conductor]>([
    ['a first sandbox', { cliSession: 'c' }],
    ['one that brought no turn', { cliSession: 'c', sandboxId: 'old' }],
  ])('is not told of %s', (_, before) => {
    const { pendingEntries, conductor: after } = ask(before, 'new')
    expect(pendingEntries).toEqual([])
    expect(after).toEqual({ cliSession: 'c', sandboxId: 'new', awakeSince: NOW })
  })

  test('comes after two failures, which a result, a pause or another sandbox settles', () => {
    const fail = (item: ReturnType<typeof session>) => countSandboxFailure(item, 'old', NOW).item
    const once = fail(session({ conductor }))
    const twice = fail(once)
    expect([once, twice].map((item) => failsTooOften(item.conductor))).toEqual([false, true])
    expect(countSandboxFailure(twice, 'new', NOW).item).toBe(twice)
    const settled = [
      accept(ask(twice.conductor)),
      sandboxPaused(twice, 1, 'old').item,
      ask(twice.conductor, 'new'),
    ]
    for (const item of settled) expect(item.conductor).not.toHaveProperty('sandboxFailures')
    expect(ask(twice.conductor).conductor.sandboxFailures).toBe(2)
  })

  test('does not come after an outage, in which there is no other sandbox either', () => {
    const before = session({ conductor: { ...conductor, sandboxFailures: 2 } })
    const { item } = countSandboxFailure(before, undefined, NOW)
    expect(item.conductor).toEqual(conductor)
    expect(countSandboxFailure(item, undefined, NOW).item).toBe(item)
    // Otherwise the run would try to pause it again and again.
    expect(countSandboxFailure(before, undefined, NOW + 46 * 60_000).item).toBe(before)
  })

  test.each([
    ['of an existing sandbox', new SandboxUnavailable('no', { sandboxId: 'old' }), ['old']],
    ['of E2B', new SandboxUnavailable('no'), [undefined]],
    ['of another kind', new SandboxBusy('no'), []],
  ])('counts a failure %s as one', async (_, error, expected) => {
    const counted: (string | undefined)[] = []
    const act = countingFailures(
      () => Promise.reject(error),
      async (sandboxId) => void counted.push(sandboxId),
    )
    await expect(act).rejects.toBe(error)
    expect(counted).toEqual(expected)
  })
})

test('the sandbox of an earlier conversation is not taken for one whose id was lost', () => {
  const before = session({ conductor })
  const { item } = applySlashCommand(
    before,
    { id: 'm1', from: 'person', size: 1, now: NOW },
    { ...ACCOUNT, slashCommand: 'new-session', cliSession: 'd' },
  )
  expect(conductorMetadata(before)).toEqual({
    session: 'main',
    role: 'conductor',
    conversation: 'c',
  })
  expect(conductorMetadata(item)).toMatchObject({ conversation: 'd' })
})
