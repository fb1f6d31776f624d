/** A worker as a timeline of its tool calls that folds, with its files. */
import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { call } from '../api/client.ts'
import { BUSY_MS, usePolled } from '../api/poll.ts'
import { mayChange } from '../api/token.ts'
import type { Leg, Worker, WorkerDetail } from '../api/types.ts'
import { duration, firstLine, money, plural } from '../format.ts'
import { Ago } from '../parts/ago.tsx'
import { Foreign } from '../parts/foreign.tsx'
import { WorkerState } from '../parts/lane.tsx'
import { State } from '../parts/state.tsx'
import { workerPage } from '../router.ts'
import { Artifacts } from './artifacts.tsx'
import { isLive } from './live.ts'
import { Steer } from './steer.tsx'

/** Which timelines are open or closed against the default, as a far part of a thread is not rendered. */
const folded = signal<Readonly<Record<string, boolean>>>({})

interface Props {
  sessionId: string
  workerId: string
  /** What the session says of it, if it is among its latest workers. */
  known: Worker | undefined
}

export function WorkerCard({ sessionId, workerId, known }: Props) {
  const name = `${sessionId}/${workerId}`
  const isOpen = folded.value[name] ?? (known !== undefined && isLive(known))
  const toggle = (open: boolean) => {
    if (open !== folded.peek()[name]) folded.value = { ...folded.peek(), [name]: open }
  }
  // What opened for a live worker stays open when it has ended, so that nothing moves.
  useEffect(() => {
    if (isOpen) toggle(true)
  })
  return (
    <details
      class="worker-card"
      open={isOpen}
      onToggle={(event) => toggle(event.currentTarget.open)}
      data-worker={workerId}
    >
      <summary>
        <b>{workerId}</b>
        {known && <WorkerState worker={known} />}
        {known && isLive(known) && (
          <span class="doing">
            {firstLine(known.activity)} · <Ago at={known.lastActivity} />
          </span>
        )}
        {known && !isLive(known) && <span class="doing">{plural(known.leg, 'leg')}</span>}
      </summary>
      {isOpen && <WorkerBody sessionId={sessionId} workerId={workerId} known={known} />}
    </details>
  )
}

/** Its legs and files, as new as the session says. */
export function WorkerBody({ sessionId, workerId, known }: Props) {
  const { value, error, refresh } = usePolled(
    `${sessionId}/${workerId}`,
    (signal) =>
      call('GET /api/sessions/{sessionId}/workers/{workerId}', {
        params: { sessionId, workerId },
        signal,
      }),
    (worker) => (isLive(worker) ? BUSY_MS : Number.POSITIVE_INFINITY),
  )
  // It may have begun another leg.
  const version = known && `${known.status} ${known.leg}`
  useEffect(refresh, [version])
  if (error.value && !value.value) return <p class="problem">{error.value.message}</p>
  if (!value.value) return <p class="quiet">Loading …</p>
  return <WorkerDetails worker={value.value} refresh={refresh} />
}

interface DetailsProps {
  worker: WorkerDetail
  refresh: () => void
  /** Whether it is shown in a thread, and not on its own page. */
  isCard?: boolean
}

export function WorkerDetails({ worker, refresh, isCard = true }: DetailsProps) {
  const { sessionId, workerId, legs, artifacts } = worker
  return (
    <div class="worker-body">
      {legs.map((leg) => (
        <LegView key={leg.leg} leg={leg} isOnly={legs.length === 1} />
      ))}
      {artifacts.length > 0 && <Artifacts worker={worker} />}
      {isLive(worker) && mayChange.value && <Steer worker={worker} {...(isCard && { refresh })} />}
      {isCard && (
        <a class="quiet-link" href={workerPage(sessionId, workerId)}>
          All about {workerId}
        </a>
      )}
    </div>
  )
}

/** Lines of activity that are shown at first. */
const LINES = 100

function LegView({ leg, isOnly }: { leg: Leg; isOnly: boolean }) {
  const { startedAt, endedAt, outcome, usage, instructions, activity } = leg
  const end = endedAt ?? undefined
  const hidden = Math.max(0, activity.length - LINES)
  return (
    <section class="leg">
      <p class="leg-head">
        {!isOnly && <b>Leg {leg.leg}</b>} {outcome && <State of={outcome} />}{' '}
        {end && duration((Date.parse(end) - Date.parse(startedAt)) / 1000)}
        {usage && ` · ${money(usage.costUsd)}`} · {plural(activity.length, 'tool call')}
        {leg.console !== null && (
          <>
            {' · '}
            <a href={leg.console} target="_blank" rel="noopener noreferrer">
              execution
            </a>
          </>
        )}
      </p>
      {instructions && <Foreign text={instructions} />}
      {hidden > 0 && <p class="quiet">{plural(hidden, 'earlier call')} not shown</p>}
      {activity.length > 0 && (
        <ol class="calls">
          {activity.slice(-LINES).map((line, i) => (
            <Call key={`${hidden + i}`} line={line} />
          ))}
        </ol>
      )}
    </section>
  )
}

/** `Bash: ls -l` as a name and what it was called with. */
function Call({ line }: { line: string }) {
  const [, tool, rest] = /^([A-Z]\w{1,40}): ?([\s\S]*)$/.exec(line) ?? [undefined, '', line]
  return (
    <li>
      {tool && <span class="tool">{tool}</span>} <code>{firstLine(rest ?? '')}</code>
    </li>
  )
}
