/** The first thing to see: what waits for a person, oldest first; below, what happens now and the latest conversations. */
import { call } from '../api/client.ts'
import { useInTurn } from '../api/in-turn.ts'
import { INBOX, useWaitingCount, type Waiting, waitingIn } from '../api/inbox.ts'
import { isBusy, signOf } from '../api/status.ts'
import { mayChange } from '../api/token.ts'
import type { ListedSession, Status } from '../api/types.ts'
import { plural } from '../format.ts'
import { Lanes } from '../parts/lane.tsx'
import { PausedCard } from '../parts/paused.tsx'
import { Pending } from '../parts/problem.tsx'
import { QuestionCard } from '../parts/question.tsx'
import { SessionRow } from '../parts/session-row.tsx'
import { UndeliveredCard } from '../parts/undelivered.tsx'
import { to } from '../router.ts'

/** How many of the latest conversations are shown. */
const LATEST = 5

export function Home() {
  const polled = useInTurn(
    'home',
    {
      status: (signal: AbortSignal) => call('GET /api/monitoring/status', { signal }),
      ...INBOX,
      latest: (signal: AbortSignal) =>
        call('GET /api/sessions', { query: { limit: LATEST + 1 }, signal }),
    },
    { isBusy: ({ status }) => isBusy(status), signOf: ({ status }) => signOf(status) },
  )
  const loaded = polled.value.value
  useWaitingCount(loaded)
  const waiting = loaded && waitingIn(loaded)
  return (
    <main class="page">
      <header class="head">
        <h1>Needs you</h1>
        {mayChange.value && (
          <a class="button primary" href={to(['new'])}>
            New conversation
          </a>
        )}
      </header>
      <Pending of={polled} />
      {waiting?.length === 0 && <p class="nothing">Nothing waits for you.</p>}
      {waiting?.map((each) => (
        <WaitingCard key={keyOf(each)} waiting={each} refresh={polled.refresh} />
      ))}
      {(loaded?.questions.next || loaded?.paused.next || loaded?.undelivered.next) && (
        <p class="quiet">There is more; deal with these first.</p>
      )}
      {loaded && (
        <>
          <Workers status={loaded.status} />
          <Latest sessions={loaded.latest.sessions} />
        </>
      )}
    </main>
  )
}

function keyOf(waiting: Waiting): string {
  if ('question' in waiting) return waiting.question.id
  return 'session' in waiting ? waiting.session.sessionId : waiting.undelivered.id
}

function WaitingCard({ waiting, refresh }: { waiting: Waiting; refresh: () => void }) {
  if ('question' in waiting)
    return <QuestionCard question={waiting.question} onAnswer={refresh} isAlone />
  if ('session' in waiting) return <PausedCard session={waiting.session} onContinue={refresh} />
  return <UndeliveredCard message={waiting.undelivered} onDismiss={refresh} />
}

function Workers({ status: { workers } }: { status: Status }) {
  if (workers.length === 0) return null
  return (
    <section class="card" aria-labelledby="home-now">
      <h2 id="home-now">
        <a href={to(['now'])}>Now</a> <small>{plural(workers.length, 'worker')} at work</small>
      </h2>
      <Lanes workers={workers} />
    </section>
  )
}

function Latest({ sessions }: { sessions: readonly ListedSession[] }) {
  if (sessions.length === 0) return <p class="quiet">Nobody has written yet.</p>
  return (
    <section class="latest" aria-labelledby="home-latest">
      <h2 id="home-latest">Latest conversations</h2>
      <ul class="sessions">
        {sessions.slice(0, LATEST).map((session) => (
          <SessionRow key={session.sessionId} session={session} />
        ))}
      </ul>
      {sessions.length > LATEST && <a href={to(['conversations'])}>All conversations</a>}
    </section>
  )
}
