/** What a conversation is about besides its entries: state, workers, usage, executions, and what can be done with it. */
import { useState } from 'preact/hooks'
import { mayChange } from '../api/token.ts'
import type { Session } from '../api/types.ts'
import { duration, firstLine, integer, money } from '../format.ts'
import { Ago, At } from '../parts/ago.tsx'
import { lazy } from '../parts/lazy.tsx'
import { Limits } from '../parts/limits.tsx'
import { State } from '../parts/state.tsx'
import { to, workerPage } from '../router.ts'
import { deleteConversation, stopConversation } from './actions.ts'
import { isLive } from './live.ts'

export function Panel({ session, refresh }: { session: Session; refresh: () => void }) {
  return (
    <>
      {mayChange.value && <Actions session={session} refresh={refresh} />}
      <Workers session={session} />
      <Usage session={session} />
      <Budgets session={session} />
      <Runs session={session} />
    </>
  )
}

const ShareDialog = lazy(() => import('./share.tsx').then(({ ShareDialog }) => ShareDialog))

function Actions({ session, refresh }: { session: Session; refresh: () => void }) {
  const [isSharing, setSharing] = useState(false)
  return (
    <>
      <div class="actions">
        <button
          type="button"
          disabled={session.state === 'idle'}
          onClick={() => stopConversation(session, refresh)}
        >
          Stop …
        </button>
        <button type="button" onClick={() => setSharing(true)}>
          Share …
        </button>
        <a class="button" href={to(['new'])}>
          Start anew
        </a>
        <button type="button" class="danger-quiet" onClick={() => deleteConversation(session)}>
          Delete …
        </button>
      </div>
      {isSharing && <ShareDialog sessionId={session.sessionId} onClose={() => setSharing(false)} />}
    </>
  )
}

function Workers({ session: { workers, sessionId } }: { session: Session }) {
  if (workers.length === 0) return null
  return (
    <section aria-labelledby="panel-workers">
      <h2 id="panel-workers">Workers</h2>
      <ul class="lanes">
        {workers.map((worker) => (
          <li key={worker.workerId}>
            <a href={workerPage(sessionId, worker.workerId)}>
              <b>{worker.workerId}</b> <State of={worker.status} />
              <span class="task">{firstLine(worker.task)}</span>
            </a>
            {isLive(worker) && (
              <p class="quiet">
                <code>{firstLine(worker.activity)}</code> <Ago at={worker.lastActivity} />
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Usage({ session: { usage } }: { session: Session }) {
  const { tokens } = usage
  return (
    <section aria-labelledby="panel-usage">
      <h2 id="panel-usage">Usage</h2>
      <dl class="facts">
        <dt>Models</dt>
        <dd>{money(usage.costUsd)}</dd>
        <dt>Tokens in, out</dt>
        <dd>
          {integer(tokens.input + tokens.cacheRead + tokens.cacheWrite)}, {integer(tokens.output)}
        </dd>
        <dt>Turns, workers</dt>
        <dd>
          {integer(usage.turns)}, {integer(usage.workers)}
        </dd>
        <dt>Sandbox time</dt>
        <dd>{duration(usage.sandboxSeconds)}</dd>
        <dt>E2B and AWS, estimated</dt>
        <dd>{money(usage.estimated.sandboxUsd + usage.estimated.awsUsd)}</dd>
      </dl>
    </section>
  )
}

function Budgets({ session: { limits, runs } }: { session: Session }) {
  // What a run has spent counts until its receipt.
  const run = runs.some(({ open }) => open) ? limits.run : []
  if (run.length + limits.session.length === 0) return null
  return (
    <section aria-labelledby="panel-budgets">
      <h2 id="panel-budgets">Budgets</h2>
      <Limits
        limits={[
          ['This run', run],
          ['Conversation', limits.session],
        ]}
      />
    </section>
  )
}

function Runs({ session: { runs, createdAt } }: { session: Session }) {
  return (
    <section aria-labelledby="panel-runs">
      <h2 id="panel-runs">Executions</h2>
      <ul class="plain">
        {runs.map(({ run, open, execution, console }) => (
          <li key={run}>
            {console === null ? (
              execution
            ) : (
              <a href={console} target="_blank" rel="noopener noreferrer">
                {execution}
              </a>
            )}{' '}
            {open && <State of="running" label="open" />}
          </li>
        ))}
      </ul>
      <p class="quiet">
        Began <At at={createdAt} />
      </p>
    </section>
  )
}
