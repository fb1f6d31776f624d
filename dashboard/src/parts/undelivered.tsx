/** A message that did not reach its person, and what can be done about it. */
import { call } from '../api/client.ts'
import { mayChange } from '../api/token.ts'
import type { Undelivered } from '../api/types.ts'
import { clean } from '../format.ts'
import { conversation } from '../router.ts'
import { useAct } from './act.ts'
import { Ago } from './ago.tsx'
import { Problem } from './problem.tsx'

interface Props {
  message: Undelivered
  onDismiss: () => void
}

export function UndeliveredCard({ message, onDismiss }: Props) {
  const { id, sessionId, seq, to, channel, at, reason, status, advice } = message
  const { isBusy, problem, act } = useAct()
  const dismiss = async () => {
    const params = { undeliveredId: id }
    if (await act(() => call('POST /api/undelivered/{undeliveredId}/dismiss', { params })))
      onDismiss()
  }
  const label = channel === 'sms' ? 'SMS' : 'Email'
  const fate = status === 'late' ? 'is late' : 'not delivered'
  return (
    <article class="question" aria-label={`Not delivered to ${clean(to)}`} data-item tabIndex={-1}>
      <header>
        <b>
          {label} {fate}
        </b>
        <span>
          to <bdi>{clean(to)}</bdi>
        </span>
        <span class="quiet">
          <Ago at={at} />
        </span>
      </header>
      <p>{clean(reason)}</p>
      <p class="quiet">
        {advice} <a href={conversation(sessionId, String(seq))}>Read it</a>
      </p>
      <Problem text={problem} />
      {mayChange.value && status !== 'late' && (
        <div class="choices">
          <button type="button" disabled={isBusy} onClick={dismiss}>
            Put away
          </button>
        </div>
      )}
    </article>
  )
}
