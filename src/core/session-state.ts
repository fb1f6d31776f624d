/** What a session is doing, in a word. */
import type { Session } from './session.ts'

export type SessionState =
  /** Its run is open: messages wait, or workers are busy. */
  | 'running'
  /** Its run had to be taken over after a failure. */
  | 'recovering'
  /** It stopped at a budget; what waits is answered once somebody says to go on. */
  | 'paused'
  | 'idle'

export function sessionState({ run, paused }: Pick<Session, 'run' | 'paused'>): SessionState {
  if (run.open) return run.tries > 0 ? 'recovering' : 'running'
  return paused ? 'paused' : 'idle'
}
