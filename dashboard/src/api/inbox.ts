/** What waits for a person, over all conversations. */
import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { isPaused, pausedSince } from '../parts/paused.tsx'
import { unanswered } from '../parts/question.tsx'
import type { Answer } from './client.ts'
import { call } from './client.ts'
import type { ListedSession, Question, Undelivered } from './types.ts'

/** How many things wait, as far as the page knows. */
export const waitingCount = signal(0)

export const INBOX = {
  paused: (signal: AbortSignal) =>
    call('GET /api/sessions', { query: { state: 'paused', limit: 100 }, signal }),
  questions: (signal: AbortSignal) => call('GET /api/questions', { query: { limit: 100 }, signal }),
  undelivered: (signal: AbortSignal) =>
    call('GET /api/undelivered', { query: { limit: 100 }, signal }),
}

export interface Inbox {
  readonly paused: Answer<'GET /api/sessions'>
  readonly questions: Answer<'GET /api/questions'>
  readonly undelivered: Answer<'GET /api/undelivered'>
}

/** One thing that waits, since `at`. */
export type Waiting = { readonly at: string } & (
  | { readonly question: Question }
  | { readonly session: ListedSession }
  | { readonly undelivered: Undelivered }
)

/** Returns what waits, oldest first. */
export function waitingIn({ paused, questions, undelivered }: Inbox): readonly Waiting[] {
  const all: Waiting[] = [
    ...unanswered(questions.questions).map((question) => ({ at: question.askedAt, question })),
    ...paused.sessions.filter(isPaused).map((session) => ({ at: pausedSince(session), session })),
    ...undelivered.undelivered.map((message) => ({ at: message.at, undelivered: message })),
  ]
  return all.sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
}

/** Keeps the count in the navigation up to date. */
export function useWaitingCount(inbox: Inbox | undefined): void {
  const count = inbox && waitingIn(inbox).length
  useEffect(() => {
    if (count !== undefined) waitingCount.value = count
  }, [count])
}
