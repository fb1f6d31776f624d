/** What can be done with a conversation and its workers. What destroys asks once, and says what will be lost. */
import { call } from '../api/client.ts'
import { mayChange } from '../api/token.ts'
import type { Session } from '../api/types.ts'
import { plural } from '../format.ts'
import { type Action, useActions } from '../palette.ts'
import { confirm } from '../parts/dialog.tsx'
import { go, to, workerPage } from '../router.ts'
import { isLive } from './live.ts'

/** Says what ends besides the run, as sentences. */
function lossesOf({ workers, waiting, held, questions }: Session): string {
  const live = workers.filter(isLive)
  const messages = waiting + held
  return [
    live.length > 0 &&
      `${plural(live.length, 'worker')} (${live.map(({ workerId }) => workerId).join(', ')}) will be ended, and work that was not handed over is lost.`,
    messages > 0 && `${plural(messages, 'message')} that waited will not be answered.`,
    questions.length > 0 &&
      `${plural(questions.length, 'open question')} will not be asked any more.`,
  ]
    .filter(Boolean)
    .join(' ')
}

export const stopConversation = (session: Session, refresh: () => void) =>
  confirm({
    title: 'Stop this conversation?',
    consequence: `The run ends. ${lossesOf(session)} What was said stays. A new message starts again.`,
    verb: 'Stop',
    act: () =>
      call('POST /api/sessions/{sessionId}/stop', {
        params: { sessionId: session.sessionId },
      }).then(refresh),
  })

export const deleteConversation = (session: Session) =>
  confirm({
    title: 'Delete this conversation?',
    consequence: `All ${plural(session.lastSeq, 'entry', 'entries')}, all files of its workers and the conductor's memory of it are deleted for good. ${lossesOf(session)}`,
    verb: 'Delete for good',
    act: async () => {
      await call('DELETE /api/sessions/{sessionId}', { params: { sessionId: session.sessionId } })
      go(to(['conversations']))
    },
  })

/** Destroys nothing, but costs. */
const goOn = (sessionId: string, refresh: () => void) =>
  confirm({
    title: 'Continue past the budget?',
    consequence: 'The same amount is added to the budget that is used up.',
    verb: 'Add and continue',
    isHarmless: true,
    act: () =>
      call('POST /api/sessions/{sessionId}/continue', { params: { sessionId } }).then(refresh),
  })

export const endWorker = (sessionId: string, workerId: string, refresh: () => void) =>
  confirm({
    title: `End ${workerId}?`,
    consequence:
      'What it has not handed over yet is lost. The conductor is told, and goes on without it.',
    verb: 'End the worker',
    act: () =>
      call('POST /api/sessions/{sessionId}/workers/{workerId}/kill', {
        params: { sessionId, workerId },
      }).then(refresh),
  })

/** Offers what can be done here in the palette. */
export function useConversationActions(session: Session | undefined, refresh: () => void): void {
  // What will be lost is said as of then.
  const version = JSON.stringify([mayChange.value, session, refresh])
  useActions(() => (session ? actionsOf(session, refresh) : []), version)
}

function actionsOf(session: Session, refresh: () => void): readonly Action[] {
  const { sessionId, state, paused, workers } = session
  const open = workers.map(({ workerId }) => ({
    label: `Open ${workerId}`,
    run: () => go(workerPage(sessionId, workerId)),
  }))
  if (!mayChange.value) return open
  return [
    ...(paused === null ? [] : [{ label: 'Continue …', run: () => goOn(sessionId, refresh) }]),
    ...(state === 'idle'
      ? []
      : [{ label: 'Stop …', run: () => stopConversation(session, refresh) }]),
    ...workers.filter(isLive).map(({ workerId }) => ({
      label: `End ${workerId} …`,
      run: () => endWorker(sessionId, workerId, refresh),
    })),
    { label: 'Start anew', run: () => go(to(['new'])) },
    { label: 'Delete …', run: () => deleteConversation(session) },
    ...open,
  ]
}
