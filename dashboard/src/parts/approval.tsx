/** A message that waits for approval: nobody should approve what they have not seen, so it comes before the choices. */
import type { ComponentChildren } from 'preact'
import { call } from '../api/client.ts'
import { usePolled } from '../api/poll.ts'
import type { Question } from '../api/types.ts'
import { Markdown } from './markdown.tsx'
import { Pending } from './problem.tsx'

interface Props {
  question: Question
  /** The choices, shown below the message. */
  children: ComponentChildren
}

/** The entry that asks contains the message, to its end; a list of questions leaves it out. */
export function Approval({ question: { sessionId, seq, text }, children }: Props) {
  const polled = usePolled(
    `${sessionId}/${seq}`,
    (signal) =>
      call('GET /api/sessions/{sessionId}/messages', {
        params: { sessionId },
        query: { after: seq - 1, limit: 1 },
        signal,
      }),
    () => Number.POSITIVE_INFINITY,
  )
  const page = polled.value.value
  if (!page)
    return (
      <>
        <Markdown text={text} />
        <Pending of={polled} />
      </>
    )
  const entry = page.messages.find((each) => each.seq === seq)
  return (
    <>
      <Markdown text={entry?.text ?? text} />
      {entry ? (
        children
      ) : (
        <p class="problem">The message is no longer stored, so it cannot be sent.</p>
      )}
    </>
  )
}
