/** One worker with its task, criteria, verdicts, legs and files. */
import { useEffect } from 'preact/hooks'
import { call } from '../api/client.ts'
import { BUSY_MS, usePolled } from '../api/poll.ts'
import { mayChange } from '../api/token.ts'
import type { WorkerDetail } from '../api/types.ts'
import { clean } from '../format.ts'
import { Ago, At } from '../parts/ago.tsx'
import { Foreign } from '../parts/foreign.tsx'
import { State } from '../parts/state.tsx'
import { conversation, go, place, workerPage } from '../router.ts'
import { EndWorker } from '../thread/end-worker.tsx'
import { isLive } from '../thread/live.ts'
import { PreviewDialog } from '../thread/preview.tsx'
import { WorkerDetails } from '../thread/worker.tsx'

interface Props {
  sessionId: string
  workerId: string
  /** The file that the address names, if any. */
  file: string | undefined
}

export function WorkerPage({ sessionId, workerId, file }: Props) {
  const params = { sessionId, workerId }
  const { value, error, refresh } = usePolled(
    `${sessionId}/${workerId}`,
    (signal) => call('GET /api/sessions/{sessionId}/workers/{workerId}', { params, signal }),
    (worker) => (isLive(worker) ? BUSY_MS : Number.POSITIVE_INFINITY),
  )
  const worker = value.value
  const [, line] = /^L(\d+)$/.exec(place.value.mark) ?? []
  return (
    <main class="page">
      <header class="head">
        <a
          class="back icon"
          href={conversation(sessionId, workerId)}
          aria-label="Back to the conversation"
        >
          ‹
        </a>
        <h1>
          {workerId} <small>of {sessionId}</small>
        </h1>
        {worker && <State of={worker.status} />}
        {worker && isLive(worker) && mayChange.value && (
          <EndWorker worker={worker} refresh={refresh} />
        )}
      </header>
      {error.value && !worker && <p class="problem">{error.value.message}</p>}
      {!worker && !error.value && <p class="quiet">Loading …</p>}
      {worker && (
        <>
          <h2>Task</h2>
          <Foreign text={worker.task} />
          <Criteria worker={worker} />
          <Verdicts worker={worker} />
          {worker.reason && (
            <>
              <h2>Reason</h2>
              <Foreign text={worker.reason} />
            </>
          )}
          <h2>
            Work{' '}
            <small>
              last activity <Ago at={worker.lastActivity} />
            </small>
          </h2>
          <WorkerDetails worker={worker} refresh={refresh} isCard={false} />
        </>
      )}
      {file !== undefined && (
        <PreviewDialog
          key={file}
          wanted={{ sessionId, workerId, name: file, line: (line && Number(line)) || undefined }}
          onClose={() => go(workerPage(sessionId, workerId))}
        />
      )}
    </main>
  )
}

function Criteria({ worker: { sessionId, workerId, review } }: { worker: WorkerDetail }) {
  const { mark } = place.value
  useEffect(
    () => document.getElementById(`criterion-${mark}`)?.scrollIntoView({ block: 'center' }),
    [mark],
  )
  if (review.criteria.length === 0) return null
  return (
    <>
      <h2>Criteria</h2>
      <ul class="criteria">
        {review.criteria.map(({ id, text, status }) => (
          <li key={id} id={`criterion-${id}`} class={mark === id ? 'marked' : ''}>
            <a href={workerPage(sessionId, workerId, id)}>
              <code>{id}</code>
            </a>
            <span>{clean(text)}</span>
            {status ? <State of={status} /> : <State of="queued" label="not judged" />}
          </li>
        ))}
      </ul>
    </>
  )
}

function Verdicts({ worker: { sessionId, review } }: { worker: WorkerDetail }) {
  if (review.verdicts.length === 0) return null
  return (
    <>
      <h2>Verdicts</h2>
      <ul class="plain">
        {review.verdicts.map(({ commandId, verdict, outcome, leg, at, decision }) => (
          <li key={commandId}>
            <State of={verdict} label={verdict.replace('_', ' ')} /> on leg {leg}: {outcome}
            {decision && `, decided: ${clean(decision.choice)}`}, <At at={at} />{' '}
            <a href={conversation(sessionId, commandId)}>with its evidence</a>
          </li>
        ))}
      </ul>
    </>
  )
}
