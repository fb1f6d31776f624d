/** What happens at this moment: the conductor, the live workers as lanes, and today's spending. */
import { call } from '../api/client.ts'
import { useInTurn } from '../api/in-turn.ts'
import { isBusy, signOf } from '../api/status.ts'
import type { Limit, ListedSession, Metrics, Status, Worker } from '../api/types.ts'
import { duration, integer, money, plural } from '../format.ts'
import { Ago } from '../parts/ago.tsx'
import { Health } from '../parts/health.tsx'
import { Lanes } from '../parts/lane.tsx'
import { Limits } from '../parts/limits.tsx'
import { Pending } from '../parts/problem.tsx'
import { State } from '../parts/state.tsx'
import { conversation, to } from '../router.ts'

export function Now() {
  const polled = useInTurn(
    'now',
    {
      status: (signal) => call('GET /api/monitoring/status', { signal }),
      sessions: (signal) => call('GET /api/sessions', { query: { limit: 50 }, signal }),
      metrics: (signal) => call('GET /api/monitoring/metrics', { signal }),
      usage: (signal) => call('GET /api/monitoring/usage', { query: { days: 1 }, signal }),
      health: (signal) => call('GET /api/health', { signal }),
    },
    { signOf: ({ status }) => signOf(status), isBusy: ({ status }) => isBusy(status) },
  )
  const loaded = polled.value.value
  return (
    <main class="page">
      <header class="head">
        <h1>Now</h1>
        {loaded && <StatusOf status={loaded.status} />}
      </header>
      <Pending of={polled} />
      {loaded && (
        <>
          <Conductor status={loaded.status} />
          <OnTheirWay sessions={loaded.sessions.sessions} outgoing={loaded.status.outgoing} />
          <Workers workers={loaded.status.workers} />
          <Today metrics={loaded.metrics} limits={loaded.usage.limits.day} />
          <Health dependencies={loaded.health.dependencies} />
        </>
      )}
    </main>
  )
}

const TONES = { online: 'running', idle: 'idle', degraded: 'recovering' } as const

const StatusOf = ({ status: { status } }: { status: Status }) => (
  <State of={TONES[status]} label={status} />
)

function Conductor({ status: { conductor } }: { status: Status }) {
  return (
    <section class="card" aria-labelledby="now-conductor">
      <h2 id="now-conductor">Conductor</h2>
      {conductor ? (
        <p>
          Last in{' '}
          <a href={conversation(conductor.sessionId)}>
            <bdi>{conductor.sessionId}</bdi>
          </a>
          , <Ago at={conductor.lastActivity} />.{' '}
          {conductor.uptimeSeconds > 0
            ? `Awake for ${duration(conductor.uptimeSeconds)}.`
            : 'Its sandbox sleeps, which costs nothing.'}
        </p>
      ) : (
        <p class="quiet">Nobody has written yet.</p>
      )}
    </section>
  )
}

interface OnTheirWayProps {
  sessions: readonly ListedSession[]
  outgoing: number
}

/** Messages that wait for an answer, by conversation, and those that go out to people. */
function OnTheirWay({ sessions, outgoing }: OnTheirWayProps) {
  const some = sessions.filter(({ waiting, held }) => waiting + held > 0)
  return (
    <section class="card" aria-labelledby="now-messages">
      <h2 id="now-messages">Messages on their way</h2>
      {some.length === 0 && outgoing === 0 && (
        <p class="quiet">None: everything has been answered and sent.</p>
      )}
      <ul class="plain">
        {some.map(({ sessionId, title, waiting, held, paused }) => (
          <li key={sessionId}>
            <a href={conversation(sessionId)} data-item>
              <bdi>{title ?? sessionId}</bdi>
            </a>
            : {plural(waiting + held, 'message')}{' '}
            {paused === null ? 'on the way to the conductor' : `held. ${paused}`}
          </li>
        ))}
        {outgoing > 0 && (
          <li>
            {plural(outgoing, 'message')} on the way to people by SMS or email. What is late{' '}
            <a href={to([])}>needs you</a>.
          </li>
        )}
      </ul>
    </section>
  )
}

function Workers({ workers }: { workers: readonly Worker[] }) {
  return (
    <section class="card" aria-labelledby="now-workers">
      <h2 id="now-workers">
        {workers.length > 0 ? plural(workers.length, 'live worker') : 'Workers'}
      </h2>
      {workers.length === 0 && <p class="quiet">None is at work.</p>}
      <Lanes workers={workers} />
    </section>
  )
}

function Today({ metrics: { today }, limits }: { metrics: Metrics; limits: readonly Limit[] }) {
  return (
    <section class="card" aria-labelledby="now-today">
      <h2 id="now-today">Today (UTC)</h2>
      {limits.length === 0 && (
        <p>
          <b>{money(today.costUsd)}</b> for models. Nothing limits a day.
        </p>
      )}
      {limits.length > 0 && <Limits limits={[['Budget of the day', limits]]} />}
      <p class="quiet">
        {plural(today.messages.in, 'message')} in, {integer(today.messages.out)} out ·{' '}
        {plural(today.turns, 'turn')} · {plural(today.workers.spawned, 'worker')}
        {today.workers.failed > 0 && ` · ${plural(today.workers.failed, 'failed leg')}`}
      </p>
    </section>
  )
}
