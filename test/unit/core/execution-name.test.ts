/** The names of executions describe their purpose and are unique. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { legName, readName, runName } from '../../../src/core/execution-name.ts'

const sessionId = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/)
const count = fc.integer({ min: 1, max: 999_999 })

test('a name is parsed again', () => {
  fc.assert(
    fc.property(sessionId, count, count, (session, n, leg) => {
      expect(readName(runName(session, n))).toEqual({ sessionId: session, run: n })
      const workerId = `w${n}`
      expect(readName(legName(session, workerId, leg))).toEqual({
        sessionId: session,
        workerId,
        leg,
      })
    }),
  )
})

test('the longest name is valid for Step Functions', () => {
  const name = legName('x'.repeat(64), 'w999999', 999_999)
  expect(name).toMatch(/^[A-Za-z0-9_.-]{1,80}$/)
})

test.each([
  '',
  'main',
  'main.r',
  'main.1',
  'main.r1.2',
  'main.w1',
  'main.w1.',
  'main.x1.2',
  'ma.in.r1',
  '.r1',
  'main.r1\n',
  `${'x'.repeat(65)}.r1`,
])('is not a name of Baton: %j', (name) => {
  expect(readName(name)).toBeUndefined()
})
