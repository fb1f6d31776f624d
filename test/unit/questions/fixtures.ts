/** Questions for tests. */
import type { Question } from '../../../src/core/question.ts'
import type { Arrival } from '../../../src/protocol/append.ts'
import { AT, NOW } from '../core/fixtures.ts'

export const ADA = '+15550100'

/** A question that Ada was asked by SMS. */
export const question = (given: Partial<Question> = {}): Question => ({
  id: 'q1',
  kind: 'ask',
  text: 'Shall it be blue?',
  choices: ['yes', 'no'],
  seq: 3,
  askedAt: AT,
  expiresAt: NOW + 7 * 24 * 3_600_000,
  about: [{ id: 'm1' }],
  asked: [ADA],
  ...given,
})

export const APPROVAL = question({
  kind: 'approval',
  text: 'May this email be sent?',
  delivery: {
    commandId: 't1.0',
    seq: 2,
    to: { channel: 'sms', address: '+15550101' },
    sha256: 'ab',
  },
})

export const DECISION = question({
  kind: 'decision',
  text: 'What becomes of w1?',
  choices: ['accept as it is', 'two more attempts', 'stop'],
  workerId: 'w1',
})

/** An SMS from Ada. */
export const arrival = (id = 'm9', given: Partial<Arrival> = {}): Arrival => ({
  id,
  from: 'person',
  size: 3,
  now: NOW,
  person: { channel: 'sms', sender: ADA },
  ...given,
})

export const says = (line: string, alone = true) => ({ line, alone })
