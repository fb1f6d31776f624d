/** A conversation as a row of a list. */
import type { ListedSession } from '../api/types.ts'
import { clean, money, plural } from '../format.ts'
import { conversation } from '../router.ts'
import { Ago } from './ago.tsx'
import { State } from './state.tsx'

export function SessionRow({ session }: { session: ListedSession }) {
  const { sessionId, title, channel, sender, state, costUsd, lastActivity } = session
  return (
    <li>
      <a class="session" href={conversation(sessionId)} data-item>
        <span class="title">
          <bdi>{title ?? sessionId}</bdi>
        </span>
        <State of={state} />
        <span class="who">
          {sender ? <bdi>{clean(sender)}</bdi> : sessionId} · {channel}
          {session.activeWorkerCount > 0 && ` · ${plural(session.activeWorkerCount, 'worker')}`}
        </span>
        <span class="cost">{money(costUsd)}</span>
        <span class="when">
          <Ago at={lastActivity} />
        </span>
      </a>
    </li>
  )
}
