/** What a conductor gets of the history if it does not remember it. */
import { describe, expect, test } from 'vitest'
import type { Entry } from '../../../src/contract/api/entry.ts'
import { forgottenRange, recalled } from '../../../src/core/forgotten.ts'
import { newSession, type Session } from '../../../src/core/session.ts'

const at = '2026-01-01T00:00:00.000Z'
const session = (changes: Partial<Session>): Session => ({
  ...newSession('s', 'http', 'c', at),
  lastSeq: 9,
  ...changes,
})
const entry = (seq: number, role: Entry['role'], text: string, more = {}): Entry => ({
  seq,
  at,
  role,
  text,
  ...more,
})

describe('the entries', () => {
  const conductor = { cliSession: 'c', transcript: 'j1' }

  test('are none while it remembers all', () => {
    expect(forgottenRange(session({ conductor }), { memoryLost: false })).toEqual({
      numbers: [],
      omits: false,
    })
  })

  test.each([
    ['those since the last saved turn', { forgottenFrom: 7 }, {}, false, [7, 8, 9]],
    ['all', {}, {}, true, [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['all of this conversation', {}, { forgottenTo: 7 }, true, [8, 9]],
    ['none that was deleted', { forgottenFrom: 2 }, { forgottenTo: 7 }, false, [8, 9]],
  ])('are %s', (_, memory, changes, memoryLost, numbers) => {
    const given = session({ conductor: { ...conductor, ...memory }, ...changes })
    expect(forgottenRange(given, { memoryLost })).toEqual({ numbers, omits: false })
  })

  test('are at most the latest 60', () => {
    const { numbers, omits } = forgottenRange(session({ lastSeq: 500 }), { memoryLost: true })
    expect([numbers.length, numbers.at(-1), omits]).toEqual([60, 500, true])
  })
})

describe('the text', () => {
  test('has who said what, and the commands with their outcomes', () => {
    const command = { id: 't1.0', type: 'LIST_WORKERS', status: 'done', outcome: 'w1' } as const
    const entries = [
      entry(1, 'user', 'Please start.', { channel: 'sms', sender: '+15550100' }),
      entry(2, 'conductor', '', { commands: [command] }),
      entry(3, 'worker', 'done', { workerId: 'w1' }),
      entry(4, 'system', 'a receipt', { receipt: {} }),
    ]
    expect(recalled(entries, false)).toBe(
      `--- ${at} user +15550100:\nPlease start.\n\n--- ${at} conductor:\ncommand ${JSON.stringify(command)}\n\n--- ${at} worker w1:\ndone`,
    )
  })

  test('begins with the latest conversation', () => {
    const entries = [
      entry(1, 'user', 'old'),
      entry(2, 'user', '/New-Session'),
      entry(3, 'user', 'new'),
    ]
    expect(recalled(entries, true)).toBe(`--- ${at} user:\nnew`)
    expect(recalled(entries.slice(0, 2), false)).toBeUndefined()
  })

  test('is bounded, and says so', () => {
    const long = recalled([entry(1, 'user', '😀'.repeat(5_000))], false)
    expect(long).toMatch(/\[cut at 8000 characters\]$/)
    const many =
      recalled(
        Array.from({ length: 60 }, (_, i) => entry(i, 'user', `${i} ${'x'.repeat(5_000)}`)),
        false,
      ) ?? ''
    expect(many.length).toBeLessThan(61_000)
    expect(many).toMatch(/^\[earlier entries left out\]\n\n/)
    expect(many).toContain(' user:\n59 x')
    expect(recalled([entry(9, 'user', 'hi')], true)).toMatch(/^\[earlier entries left out\]/)
  })
})
