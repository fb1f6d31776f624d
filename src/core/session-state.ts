/** The state of a session, in one word. */
import type { Session } from './session.ts'

export const SESSION_STATES = [
  /** Its run is open: messages wait, or workers are busy. */
  'running',
  /** Recovery took its run over after a failure. */
  'recovering',
  /** It stopped at a budget. Waiting messages are answered once a person continues it. Busy workers may still report. */
  'paused',
  /** No run is open, and a person has a question to answer. Waiting costs nothing. */
  'waiting',
  'idle',
] as const

export type SessionState = (typeof SESSION_STATES)[number]

export function sessionState({
  run,
  paused,
  questions = [],
}: Pick<Session, 'run' | 'paused' | 'questions'>): SessionState {
  if (paused) return 'paused'
  if (!run.open) return questions.length > 0 ? 'waiting' : 'idle'
  return run.tries > 0 ? 'recovering' : 'running'
}
