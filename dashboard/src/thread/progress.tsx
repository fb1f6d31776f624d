/** What happens in a conversation right now, in one line, and the messages on their way. */
import type { Session } from '../api/types.ts'
import { firstLine, plural } from '../format.ts'
import { Foreign } from '../parts/foreign.tsx'
import { Continue, isPaused } from '../parts/paused.tsx'
import { isLive } from './live.ts'
import { deliver, forget, type Sending } from './sending.ts'

/** Says what the session is doing, or undefined if it does nothing. */
export function doing(session: Session): string | undefined {
  const { state, turn, workers, waiting } = session
  if (state !== 'running' && state !== 'recovering') return undefined
  const live = workers.filter(isLive)
  if (turn?.trouble) return `${firstLine(turn.trouble)} Trying again …`
  if (turn?.doing === 'asking') return 'The conductor is thinking …'
  if (turn) return `The conductor's commands run: ${turn.commands.done} of ${turn.commands.count}`
  const [only] = live
  if (live.length === 1 && only) return `${only.workerId} is at work: ${firstLine(only.activity)}`
  if (live.length > 1) return `${plural(live.length, 'worker')} at work`
  return waiting > 0 ? 'The message is on its way to the conductor …' : 'Finishing …'
}

export function Progress({ session }: { session: Session | undefined }) {
  const text = session && doing(session)
  return (
    <p class={`progress ${text ? 'busy' : ''}`} role="status">
      {text}
    </p>
  )
}

/** A budget at which the conversation has paused, and the way on. */
export function Paused({ session, refresh }: { session: Session; refresh: () => void }) {
  if (!isPaused(session)) return null
  return (
    <section class="notice warn" aria-label="Paused">
      <b>Paused at a budget</b>
      <Continue session={session} onContinue={refresh} />
    </section>
  )
}

/** A message that the history does not show yet. */
export function OnItsWay({ message }: { message: Sending }) {
  const { content, problem, key } = message
  return (
    <article class="entry user sending" aria-label="Your message, on its way">
      <header>
        <b>Person</b>
        <span class="from">{problem ? 'not sent' : 'sending …'}</span>
      </header>
      <Foreign text={content} />
      {problem && (
        <p class="problem" role="alert">
          {problem}{' '}
          <button type="button" class="link" onClick={() => deliver(message)}>
            Send again
          </button>{' '}
          <button type="button" class="link" onClick={() => forget(key)}>
            Discard
          </button>
        </p>
      )}
    </article>
  )
}
