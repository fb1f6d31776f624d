/** One conversation as a thread, with its latest entries first in sight. */
import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks'
import { mayChange } from '../api/token.ts'
import type { Session } from '../api/types.ts'
import { QuestionCard, unanswered } from '../parts/question.tsx'
import { State } from '../parts/state.tsx'
import { to } from '../router.ts'
import { useConversationActions } from '../thread/actions.ts'
import { Composer } from '../thread/composer.tsx'
import { chunkOf, chunksOf, entryAt, judges, olderAnswers } from '../thread/entries.ts'
import { EntryView } from '../thread/entry.tsx'
import { Panel } from '../thread/panel.tsx'
import { OnItsWay, Paused, Progress } from '../thread/progress.tsx'
import { Block, Edge, type Found, useScroll } from '../thread/scroll.tsx'
import { forget, outgoing } from '../thread/sending.ts'
import { createThread, type Thread } from '../thread/store.ts'
import { findingId } from '../thread/verdict.tsx'

interface Props {
  sessionId: string
  /** The place in the thread that the address names, or nothing. */
  mark: string
}

export function Conversation({ sessionId, mark }: Props) {
  const thread = useMemo(() => createThread(sessionId), [sessionId])
  const [showsPanel, setShowsPanel] = useState(false)
  useEffect(() => {
    const end = new AbortController()
    thread.open(end.signal)
    return () => end.abort()
  }, [thread])
  const error = thread.error.value
  const session = thread.session.value
  useConversationActions(session, thread.refresh)
  const mine = outgoing.value.filter((each) => each.sessionId === sessionId)
  if (error && mine.length === 0)
    return (
      <main class="page">
        <h1>{sessionId}</h1>
        <p class="problem">{error.message}</p>
        <a href={to(['conversations'])}>All conversations</a>
      </main>
    )
  return (
    <main class={`thread ${showsPanel ? 'shows-panel' : ''}`}>
      <Head
        session={session}
        sessionId={sessionId}
        showsPanel={showsPanel}
        toggle={() => setShowsPanel(!showsPanel)}
      />
      <Entries thread={thread} mark={mark} />
      <aside class="panel" aria-label="About this conversation">
        {session && <Panel session={session} refresh={thread.refresh} />}
      </aside>
    </main>
  )
}

interface HeadProps {
  session: Session | undefined
  sessionId: string
  showsPanel: boolean
  toggle: () => void
}

function Head({ session, sessionId, showsPanel, toggle }: HeadProps) {
  return (
    <header class="head">
      <a class="back icon" href={to(['conversations'])} aria-label="All conversations">
        ‹
      </a>
      <h1>
        <bdi>{session?.title ?? sessionId}</bdi>
      </h1>
      {session && <State of={session.state} />}
      <button type="button" class="panel-toggle" aria-expanded={showsPanel} onClick={toggle}>
        Details
      </button>
    </header>
  )
}

function Entries({ thread, mark }: { thread: Thread; mark: string }) {
  const { sessionId } = thread
  const { scroller, content, isAtEnd, toEnd, showElement } = useScroll()
  const entries = thread.entries.value
  const session = thread.session.value
  const workers = session?.workers ?? NONE
  const questions = unanswered(session?.questions ?? NONE)
  const arrived = new Set(entries.map(({ messageId }) => messageId))
  const waiting = outgoing.value.filter(
    (each) => each.sessionId === sessionId && !arrived.has(each.messageId ?? each.key),
  )
  useEffect(() => {
    for (const { key, messageId } of outgoing.value)
      if (messageId !== undefined && arrived.has(messageId)) forget(key)
  })
  useDeepLink(thread, mark, showElement)
  const marked = entryAt(entries, mark)
  const older = olderAnswers(entries, session?.waiting ?? 0)
  const last = entries.at(-1)?.seq ?? 0
  const [seen, setSeen] = useState(0)
  useLayoutEffect(() => {
    if (isAtEnd) setSeen(last)
  }, [isAtEnd, last])
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section ref={scroller} class="scroller" tabIndex={0} aria-label="Conversation">
        <div ref={content} class="entries">
          {thread.previous.value === undefined && <p class="quiet pad">Loading …</p>}
          {typeof thread.previous.value === 'number' && (
            <Edge
              scroller={scroller}
              version={thread.previous.value}
              load={() => thread.loadOlder()}
            />
          )}
          {chunksOf(entries).map((chunk) => (
            <Block key={chunk.key} id={`chunk-${chunk.key}`} scroller={scroller}>
              {() =>
                chunk.entries.map((each) => (
                  <EntryView
                    key={each.seq}
                    entry={each}
                    sessionId={sessionId}
                    workers={each.commands ? workers : NONE}
                    mark={each.seq === marked ? mark : ''}
                    isOlder={older.has(each.seq)}
                  />
                ))
              }
            </Block>
          ))}
          {waiting.map((message) => (
            <OnItsWay key={message.key} message={message} />
          ))}
        </div>
      </section>
      <div class="foot">
        {!isAtEnd && (
          <button type="button" class="to-end" onClick={toEnd}>
            {last > seen ? 'New entries ↓' : 'To the end ↓'}
          </button>
        )}
        {session && <Paused session={session} refresh={thread.refresh} />}
        {questions.length > 0 && (
          <div class="open-questions">
            {questions.map((question) => (
              <QuestionCard key={question.id} question={question} onAnswer={thread.refresh} />
            ))}
          </div>
        )}
        <Progress session={session} />
        {mayChange.value && <Composer sessionId={sessionId} onSend={toEnd} />}
      </div>
    </>
  )
}

const NONE: readonly [] = []

/** Returns the element that a mark names within its entry, as far as it is rendered. */
function find(thread: Thread, mark: string, entry: number): Found {
  const commands = thread.entries.value.find(({ seq }) => seq === entry)?.commands ?? []
  const [worker, criterion = ''] = mark.split('.')
  const verdict = commands.find((command) => judges(command, mark))
  const element =
    (verdict && document.getElementById(findingId(verdict, criterion))) ??
    document.getElementById(`command-${mark}`) ??
    document.querySelector<HTMLElement>(
      `#entry-${entry} [data-worker="${CSS.escape(worker ?? '')}"]`,
    ) ??
    document.getElementById(`entry-${entry}`)
  return { element, place: document.getElementById(`chunk-${chunkOf(entry)}`) }
}

/** Loads and shows what the address names. */
function useDeepLink(thread: Thread, mark: string, show: (find: () => Found) => void): void {
  useEffect(() => {
    if (mark === '') return
    const end = new AbortController()
    thread
      .loadTo(mark, end.signal)
      .then((entry) => {
        if (entry !== undefined && !end.signal.aborted) show(() => find(thread, mark, entry))
      })
      // The beginning of what is loaded offers to load more.
      .catch(() => {})
    return () => end.abort()
  }, [thread, mark, show])
}
