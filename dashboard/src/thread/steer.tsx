/** What a person can do about a worker at work: tell it something, by way of the conductor, or end it. */
import { useState } from 'preact/hooks'
import type { Worker } from '../api/types.ts'
import { EndWorker } from './end-worker.tsx'
import { deliver, newMessage, outgoing } from './sending.ts'

interface Props {
  worker: Pick<Worker, 'sessionId' | 'workerId'>
  /** Called when it has ended; without it, it is ended elsewhere. */
  refresh?: () => void
}

export function Steer({ worker, refresh }: Props) {
  const { sessionId, workerId } = worker
  const [words, setWords] = useState('')
  const [key, setKey] = useState<string>()
  const problem = outgoing.value.find((each) => each.key === key)?.problem
  const send = () => {
    // It names the worker, because the conductor may have several.
    const message = newMessage(sessionId, `For ${workerId}: ${words.trim()}`)
    setKey(message.key)
    setWords('')
    deliver(message)
  }
  return (
    <form
      class="steer"
      onSubmit={(event) => {
        event.preventDefault()
        if (words.trim()) send()
      }}
    >
      <div class="composer">
        <input
          aria-label={`Tell ${workerId} …`}
          placeholder={`Tell ${workerId} …`}
          value={words}
          maxLength={20_000}
          onInput={(event) => setWords(event.currentTarget.value)}
        />
        <button type="submit" disabled={words.trim() === ''}>
          Tell
        </button>
        {refresh && <EndWorker worker={worker} refresh={refresh} />}
      </div>
      <p class={problem ? 'problem' : 'quiet'} role="status">
        {problem ??
          (key
            ? 'Sent. The conductor answers in the conversation.'
            : `The conductor reads this at once. It cannot interrupt ${workerId}: it ends it, or instructs it after its current work.`)}
      </p>
    </form>
  )
}
