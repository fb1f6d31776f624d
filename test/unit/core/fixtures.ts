/** Sessions and turns for tests; fields that are not given are those of a new one. */
import { newSession, type Session, type Turn, type Waiting } from '../../../src/core/session.ts'

export const AT = '2026-01-01T00:00:00.000Z'
export const NOW = Date.parse(AT)

/** A session whose run 1 is open. */
export const session = (given: Partial<Session> = {}): Session => ({
  ...newSession('main', 'http', 'cli-session', AT),
  run: { id: 1, open: true, tries: 0 },
  ...given,
})

export const closed = { run: { id: 1, open: false, tries: 0 } }

export const turn = (given: Partial<Turn> = {}): Turn => ({
  n: 1,
  phase: 'ask',
  messages: [],
  asked: 0,
  count: 0,
  next: 0,
  firstWorker: 0,
  ...given,
})

export const message = (seq: number, given: Partial<Waiting> = {}): Waiting => ({
  seq,
  id: `m${seq}`,
  from: 'person',
  size: 10,
  ...given,
})

/** A running leg. */
export const busyWith = (leg: number, deadline: number): Session['busy'][string] => ({
  leg,
  deadline,
  since: NOW,
  reserved: 60,
})

/** A usage for the end of a run, for tests that do not depend on it. */
export const ACCOUNT = { models: {}, at: AT }

/** Returns messages 1 to `count`. */
export const messages = (count: number, given: Partial<Waiting> = {}): Waiting[] =>
  Array.from({ length: count }, (_, i) => message(i + 1, given))
