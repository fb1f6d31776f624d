/** Messages that the person has sent from this page, until the history shows them. */
import { signal } from '@preact/signals'
import { call } from '../api/client.ts'

export interface Sending {
  /** The `Idempotency-Key`: sent again under it, a message arrives once. */
  readonly key: string
  readonly sessionId: string
  readonly content: string
  readonly messageId?: string
  readonly problem?: string
}

export const outgoing = signal<readonly Sending[]>([])

const change = (key: string, changes: Partial<Sending>) => {
  outgoing.value = outgoing.value.map((each) => {
    if (each.key !== key) return each
    const { problem: _, ...rest } = each
    return { ...rest, ...changes }
  })
}

export const forget = (key: string) => {
  outgoing.value = outgoing.value.filter((each) => each.key !== key)
}

/** Sends a message, or sends it again. Never rejects: what went wrong stands beside the message. */
export async function deliver(message: Sending): Promise<void> {
  const { key, sessionId, content } = message
  if (outgoing.value.some((each) => each.key === key)) change(key, {})
  else outgoing.value = [...outgoing.value, message]
  try {
    const { messageId } = await call('POST /api/webhooks/conductor/message', {
      body: { sessionId, content },
      headers: { 'idempotency-key': key, 'content-type': 'application/json' },
    })
    change(key, { messageId })
  } catch (error) {
    change(key, { problem: error instanceof Error ? error.message : String(error) })
  }
}

export const newMessage = (sessionId: string, content: string): Sending => ({
  key: crypto.randomUUID(),
  sessionId,
  content,
})
