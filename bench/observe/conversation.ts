/** A message and its outcome, with the times in the history, which do not depend on polling. */
import type { Entry } from '../../src/core/history.ts'
import { endingsOf, replies, type TestBaton } from '../../test/support/baton.ts'
import { now } from './now.ts'

type Client = Pick<TestBaton, 'send' | 'until'>

export interface Conversed {
  readonly acceptedMs: number
  /** From sending the message to the entry waited for. */
  readonly doneMs: number
  readonly entries: readonly Entry[]
  readonly posted: number
}

/** Sends a message and waits for the entry that `last` finds. */
export async function converse(
  client: Client,
  session: string,
  content: string,
  last: (entries: readonly Entry[]) => Entry | undefined,
): Promise<Conversed> {
  const posted = now()
  await client.send(session, content)
  const acceptedMs = now() - posted
  const entries = await client.until(session, (all) => last(all) !== undefined, 180)
  return { acceptedMs, doneMs: timeOf(last(entries)) - posted, entries, posted }
}

export const timeOf = (entry: Entry | undefined): number => Date.parse(entry?.at ?? '')

/** Returns reply number `n`. */
export const reply = (n: number) => (entries: readonly Entry[]) =>
  replies(entries).length >= n
    ? entries.filter(({ role, text }) => role === 'conductor' && text !== '')[n - 1]
    : undefined

/** Returns the entry after which this many workers were accepted. */
export const accepted = (workers: number) => (entries: readonly Entry[]) => {
  const done = entries.filter((entry) => endingsOf([entry]).length > 0)
  return endingsOf(done).length >= workers ? done.at(-1) : undefined
}
