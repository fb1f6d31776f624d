/** A budget at which a conversation has paused, and the way on. */
import { signal } from '@preact/signals'
import { call } from '../api/client.ts'
import { mayChange } from '../api/token.ts'
import type { ListedSession } from '../api/types.ts'
import { plural } from '../format.ts'
import { conversation } from '../router.ts'
import { useAct } from './act.ts'
import { Ago } from './ago.tsx'
import { Problem } from './problem.tsx'

/** Pauses that were continued here: the API lists them until the conversation has taken it up. */
const continued = signal<ReadonlySet<string>>(new Set())

/** What was spent is part of the text, so that another pause has another name. */
const nameOf = ({ sessionId, paused }: Paused) => `${sessionId} ${paused}`

/** Whether it still waits at a budget, as far as the page knows. */
export const isPaused = (session: Paused) =>
  session.paused !== null && !continued.value.has(nameOf(session))

/** Since when it has waited there, ISO 8601. */
export const pausedSince = ({ pausedAt, lastActivity }: ListedSession) => pausedAt ?? lastActivity

type Paused = Pick<ListedSession, 'sessionId' | 'paused' | 'held'>

interface ContinueProps {
  session: Paused
  onContinue: () => void
}

/** Why it has paused, and the button that continues. */
export function Continue({ session, onContinue }: ContinueProps) {
  const { sessionId, paused, held } = session
  const { isBusy, problem, act } = useAct()
  const go = async () => {
    const params = { sessionId }
    if (!(await act(() => call('POST /api/sessions/{sessionId}/continue', { params })))) return
    continued.value = new Set([...continued.value, nameOf(session)])
    onContinue()
  }
  return (
    <>
      <p>
        {paused} {held > 0 && `${plural(held, 'message')} waiting.`}
      </p>
      <Problem text={problem} />
      {mayChange.value && (
        <div class="choices">
          <button type="button" class="primary" disabled={isBusy} onClick={go}>
            Continue with as much again
          </button>
        </div>
      )}
    </>
  )
}

interface CardProps {
  session: ListedSession
  onContinue: () => void
}

export function PausedCard({ session, onContinue }: CardProps) {
  const { sessionId, title } = session
  return (
    <article class="question" aria-label={`Paused: ${title ?? sessionId}`} data-item tabIndex={-1}>
      <header>
        <b>Paused at a budget</b>
        <span class="quiet">
          <Ago at={pausedSince(session)} />
        </span>
      </header>
      <Continue session={session} onContinue={onContinue} />
      <p class="quiet">
        <a href={conversation(sessionId)}>
          <bdi>{title ?? sessionId}</bdi>
        </a>
      </p>
    </article>
  )
}
