/** A live worker: what it is doing this moment, and whether it has gone silent. */
import type { Worker } from '../api/types.ts'
import { now } from '../clock.ts'
import { duration, firstLine } from '../format.ts'
import { workerPage } from '../router.ts'
import { Ago } from './ago.tsx'
import { State } from './state.tsx'

/** A worker that has not called a tool for this long may be stuck. */
const STALLED_SECONDS = 120

/** Returns for how many seconds a worker has been silent if that is long enough to look stuck, or undefined. */
function stalledFor({ status, lastActivity }: Worker): number | undefined {
  const silent = (now.value - Date.parse(lastActivity)) / 1000
  return status === 'working' && silent > STALLED_SECONDS ? silent : undefined
}

/** Its state, or for how long it has been silent. */
export function WorkerState({ worker }: { worker: Worker }) {
  const silent = stalledFor(worker)
  if (silent === undefined) return <State of={worker.status} />
  return <State of="stalled" label={`silent for ${duration(silent)}`} />
}

export function Lanes({ workers }: { workers: readonly Worker[] }) {
  return (
    <ul class="now-lanes">
      {workers.map((worker) => (
        <Lane key={`${worker.sessionId}/${worker.workerId}`} worker={worker} />
      ))}
    </ul>
  )
}

function Lane({ worker }: { worker: Worker }) {
  const { sessionId, workerId, task, activity, lastActivity, startedAt, leg } = worker
  const silent = stalledFor(worker)
  return (
    <li class={silent === undefined ? '' : 'stalled'}>
      <a href={workerPage(sessionId, workerId)} data-item>
        <span class="lane-head">
          <b>{workerId}</b>
          <WorkerState worker={worker} />
          <span class="quiet">
            <bdi>{sessionId}</bdi>
            {leg > 1 && `, leg ${leg}`} · started <Ago at={startedAt} />
          </span>
        </span>
        <span class="line">{firstLine(task)}</span>
        <span class="line quiet">
          <code>{firstLine(activity)}</code> · last activity <Ago at={lastActivity} />
        </span>
        {silent !== undefined && (
          <span class="quiet">Look at what it does, and end it there if it hangs.</span>
        )}
      </a>
    </li>
  )
}
