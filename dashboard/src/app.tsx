/** The page: signs in, and shows the view that the address names. */
import { effect } from '@preact/signals'
import type { ComponentType } from 'preact'
import { call, reachable } from './api/client.ts'
import { waitingCount } from './api/inbox.ts'
import { access, grant, type Link, link, signOut, token } from './api/token.ts'

import { Keys } from './keys.tsx'
import { At } from './parts/ago.tsx'
import { Confirmation } from './parts/dialog.tsx'
import { Icon } from './parts/icon.tsx'
import { lazy } from './parts/lazy.tsx'
import { place, to } from './router.ts'
import { OpenPreview } from './thread/artifacts.tsx'
import { Conversation } from './views/conversation.tsx'
import { Conversations } from './views/conversations.tsx'
import { Home } from './views/home.tsx'
import { NewConversation } from './views/new.tsx'
import { SignIn } from './views/sign-in.tsx'

const WorkerPage = lazy(() => import('./views/worker.tsx').then(({ WorkerPage }) => WorkerPage))

const Now = lazy(() => import('./views/now.tsx').then(({ Now }) => Now))
const People = lazy(() => import('./views/people.tsx').then(({ People }) => People))
const Usage = lazy(() => import('./views/usage.tsx').then(({ Usage }) => Usage))

const VIEWS = [
  { name: 'home', label: 'Needs you' },
  { name: 'now', label: 'Now' },
  { name: 'conversations', label: 'Conversations' },
  { name: 'people', label: 'People' },
  { name: 'usage', label: 'Usage' },
] as const

/** Asks what a new token may do. A failure shows as such elsewhere; until then nothing can be changed. */
effect(() => {
  const given = token.value
  if (given === undefined || link.value) return
  const ask = () =>
    call('GET /api/access').then(
      (answer) => {
        if (token.peek() === given) grant(answer.access)
      },
      () => {
        if (token.peek() === given) setTimeout(ask, 3000)
      },
    )
  ask()
})

/** A tab in the background shows how many things wait. */
effect(() => {
  document.title = waitingCount.value > 0 ? `(${waitingCount.value}) Baton` : 'Baton'
})

export function App() {
  if (token.value === undefined) return <SignIn />
  return (
    <div class={link.value ? 'app by-link' : 'app'}>
      {link.value ? <LinkBar link={link.value} /> : <Nav />}
      {!reachable.value && (
        <p class="offline" role="alert">
          Baton does not answer. Nothing is lost; this page tries again by itself.
        </p>
      )}
      <View />
      <Confirmation />
      <OpenPreview />
      <Keys />
    </div>
  )
}

/** Instead of the views: a link shows one conversation. */
const LinkBar = ({ link: { expiresAt } }: { link: Link }) => (
  <header class="link-bar">
    <b>Baton</b>
    <span>
      You may read this conversation until <At at={expiresAt} />.
    </span>
  </header>
)

function Nav() {
  const [current = 'home'] = place.value.path
  return (
    <nav class="nav" aria-label="Views">
      <a class="brand" href={to([])} aria-label="Baton, what needs you">
        Baton
      </a>
      <ul>
        {VIEWS.map(({ name, label }) => (
          <li key={name}>
            <a
              href={to(name === 'home' ? [] : [name])}
              aria-current={name === current ? 'page' : undefined}
            >
              <Icon name={name} />
              <span class="label">{label}</span>
              {name === 'home' && waitingCount.value > 0 && (
                <span class="state warn count">{waitingCount.value}</span>
              )}
            </a>
          </li>
        ))}
      </ul>
      <span class="who">
        {access.value === 'reader' && <span class="state quiet">read-only</span>}
        <button type="button" class="leave" onClick={() => signOut()}>
          <Icon name="leave" />
          <span class="label">Sign out</span>
        </button>
      </span>
    </nav>
  )
}

/** The views without further parts in their address. */
const SIMPLE: Readonly<Record<string, ComponentType>> = {
  new: NewConversation,
  home: Home,
  now: Now,
  people: People,
  usage: Usage,
}

/** A signed link leads to its conversation, whatever the address says. */
function shownPath(): readonly string[] {
  const { path } = place.value
  if (!link.value || path[1] === link.value.sessionId) return path
  return ['conversations', link.value.sessionId]
}

function View() {
  const { mark } = place.value
  const path = shownPath()
  const [view = 'home', sessionId, part, workerId, files, file] = path
  const Simple = SIMPLE[view]
  if (Simple && path.length <= 1) return <Simple />
  if (view !== 'conversations') return <NotFound />
  if (sessionId === undefined) return <Conversations />
  if (part === undefined) return <Conversation key={sessionId} sessionId={sessionId} mark={mark} />
  const isFile = files === 'files' && file !== undefined && path.length === 6
  if (part !== 'workers' || workerId === undefined || (files !== undefined && !isFile))
    return <NotFound />
  const key = `${sessionId}/${workerId}`
  return <WorkerPage key={key} sessionId={sessionId} workerId={workerId} file={file} />
}

const NotFound = () => (
  <main class="page">
    <h1>There is no such view</h1>
    <a href={to([])}>What needs you</a>
  </main>
)
