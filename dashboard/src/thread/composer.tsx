/** The field for a message. Enter sends, Shift+Enter begins a line; on a phone, where Enter begins a line, the button. */

import { signal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { deliver, newMessage } from './sending.ts'

/** What was written and not sent yet, by session, so that it survives a look elsewhere. */
const drafts = signal<Readonly<Record<string, string>>>({})

/** Puts text into the field of a session, to be sent or changed. */
export function writeDraft(sessionId: string, text: string): void {
  drafts.value = { ...drafts.value, [sessionId]: text }
}

interface Props {
  sessionId: string
  onSend?: () => void
  label?: string
}

const hasKeyboard = matchMedia('(pointer: fine)')
/** Pixels. */
const TALLEST = 220

export function Composer({ sessionId, onSend, label = 'Message to the conductor' }: Props) {
  const field = useRef<HTMLTextAreaElement>(null)
  const draft = drafts.value[sessionId] ?? ''
  const write = (text: string) => writeDraft(sessionId, text)
  // The height follows the text.
  useLayoutEffect(() => {
    const box = field.current
    if (!box) return
    box.style.height = 'auto'
    box.style.height = `${Math.min(TALLEST, box.scrollHeight)}px`
  }, [draft])
  const send = () => {
    if (draft.trim() === '') return
    write('')
    deliver(newMessage(sessionId, draft))
    onSend?.()
  }
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <textarea
        ref={field}
        rows={1}
        aria-label={label}
        placeholder={label}
        value={draft}
        maxLength={120_000}
        onInput={(event) => write(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
          if (!hasKeyboard.matches && !event.metaKey && !event.ctrlKey) return
          event.preventDefault()
          send()
        }}
      />
      <button type="submit" class="primary" disabled={draft.trim() === ''}>
        Send
      </button>
    </form>
  )
}
