/** The state of a session, in one word. */
import type { Session } from './session.ts'

export type SessionState =
  /** Its run is open: messages wait, or workers are busy. */
  | 'running'
  /** Recovery took its run over after a failure. */
  | 'recovering'
  /** It stopped at a budget. Waiting messages are answered once a person continues it. */
  | 'paused'
  | 'idle'

export function sessionState({ run, paused }: Pick<Session, 'run' | 'paused'>): SessionState {
  if (run.open) return run.tries > 0 ? 'recovering' : 'running'
  return paused ? 'paused' : 'idle'
}
