/** What a thread holds of a history: pure changes of it, and questions to it. */
import type { Finding } from '../../../src/contract/review.ts'
import type { Command, Entry } from '../api/types.ts'

/** Adds entries, replaces those that it has, and keeps them in order. */
export function merged(known: readonly Entry[], more: readonly Entry[]): readonly Entry[] {
  if (more.length === 0) return known
  const byNumber = new Map([...known, ...more].map((entry) => [entry.seq, entry]))
  return [...byNumber.values()].sort((a, b) => a.seq - b.seq)
}

const UNDER_WAY = new Set(['sending', 'waiting', 'sent'])

/** How many of the latest entries are looked at for commands and deliveries that are under way. */
const RECENT = 60

/**
 * Returns the number of the first recent entry that may still change, because one of its commands or deliveries is under
 * way, or undefined.
 */
export const firstUnsettled = (entries: readonly Entry[]): number | undefined =>
  entries
    .slice(-RECENT)
    .find(
      (entry) =>
        entry.commands?.some(({ status }) => status === 'pending') ||
        queuedOf(entry).length > 0 ||
        entry.deliveries?.some(({ status }) => UNDER_WAY.has(status)),
    )?.seq

/** Returns to whom an entry's text has not been handed over yet. */
export const queuedOf = ({ recipients = [], deliveries = [] }: Entry) =>
  recipients.filter(({ name }) => !deliveries.some((each) => each.name === name))

/** Entries that are shown together, so that those far away need not be rendered. */
export interface Chunk {
  readonly key: number
  readonly entries: readonly Entry[]
}

const CHUNK = 20

export const chunkOf = (seq: number) => Math.floor(seq / CHUNK)

/** Divides entries by their numbers, so that a chunk stays the same when older entries come before it. */
export function chunksOf(entries: readonly Entry[]): readonly Chunk[] {
  const chunks = new Map<number, Entry[]>()
  for (const entry of entries) {
    const key = chunkOf(entry.seq)
    const chunk = chunks.get(key)
    if (chunk) chunk.push(entry)
    else chunks.set(key, [entry])
  }
  return [...chunks].map(([key, some]) => ({ key, entries: some }))
}

/** What the mark in an address names: an entry (`12`), a turn (`t3`), a command (`t3.0`), a worker (`w1`), a criterion (`w1.C2`). */
const MARKS: readonly (readonly [RegExp, (entry: Entry, mark: string) => boolean])[] = [
  [/^\d+$/, ({ seq }, mark) => seq === Number(mark)],
  [/^t\d+$/, ({ turnId }, mark) => turnId === mark],
  [/^t\d+\.\d+$/, ({ commands = [] }, mark) => commands.some(({ id }) => id === mark)],
  [/^w\d+$/, ({ commands = [] }, mark) => commands.some((command) => startsWorker(command, mark))],
  [/^w\d+\.C\d+$/, ({ commands = [] }, mark) => commands.some((command) => judges(command, mark))],
]

const startsWorker = ({ type, workerId }: Command, mark: string) =>
  type === 'SPAWN_WORKER' && workerId === mark

/** Whether the command is a verdict on the criterion, such as `w1.C2`. */
export const judges = (command: Command, mark: string) =>
  findingsOf(command).some(({ id }) => `${command.workerId}.${id}` === mark)

/** Whether an entry may have this mark. */
export const isMark = (mark: string) => MARKS.some(([form]) => form.test(mark))

/** Returns the number of the latest entry that the mark names, or undefined if it is not among these. */
export function entryAt(entries: readonly Entry[], mark: string): number | undefined {
  const [, isNamed] = MARKS.find(([form]) => form.test(mark)) ?? []
  return isNamed && entries.findLast((entry) => isNamed(entry, mark))?.seq
}

/**
 * Returns the numbers of the replies that came after a message that still waits for its own: they answer an earlier one.
 * `waiting` is how many messages wait, of persons and workers together.
 */
export function olderAnswers(entries: readonly Entry[], waiting: number): ReadonlySet<number> {
  if (waiting === 0) return new Set()
  const answered = new Set(entries.flatMap(({ answers = [] }) => answers))
  const [oldest] = entries
    .filter(({ role, messageId }) => role === 'user' && !answered.has(messageId ?? ''))
    // Messages that were given up will never be answered. They are older than those that wait.
    .slice(-waiting)
  if (!oldest) return new Set()
  const replies = entries.filter(
    ({ role, text, seq }) => role === 'conductor' && text !== '' && seq > oldest.seq,
  )
  return new Set(replies.map(({ seq }) => seq))
}

const isFinding = (value: unknown): value is Finding =>
  typeof value === 'object' && value !== null && 'id' in value && 'status' in value

/** Returns the findings of a command that gives a verdict; of any other command none. */
export const findingsOf = ({ type, criteria }: Command): readonly Finding[] =>
  type.startsWith('REVIEW') && Array.isArray(criteria)
    ? (criteria as readonly unknown[]).filter(isFinding)
    : []
