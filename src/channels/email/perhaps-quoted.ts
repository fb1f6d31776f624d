/** Finds what may be quoted in an email's text: what looks like another email. Nothing is removed for it. */
import {
  announcementOf,
  fieldValue,
  hasAddress,
  hasDate,
  isDivider,
  isMarked,
  joined,
  unmarked,
} from './quote-signs.ts'

/** A part of an email's text, in order and word for word. */
export interface EmailPart {
  readonly text: string
  /** Whether it looks quoted, so that it may be the words of somebody else. */
  readonly perhapsQuoted: boolean
}

const MOST_LINES = 4
const FIELDS = { least: 3, most: 10 }

/**
 * Splits an email's text into what the person wrote and what looks quoted: marked lines, and everything below an
 * announcement, repeated header fields, a divider or the mark of a signature (RFC 3676, 4.3). The parts without the
 * blank lines between them are the text.
 */
export function partsOf(text: string): readonly EmailPart[] {
  const lines = text.split('\n')
  const isCode = linesOfCode(lines)
  const parts: { lines: string[]; perhapsQuoted: boolean }[] = []
  for (let at = 0; at < lines.length; ) {
    const end = isCode[at] ? at : quoteEnd(lines, at)
    const perhapsQuoted = end > at
    const taken = lines.slice(at, Math.max(end, at + 1))
    const last = parts.at(-1)
    if (last && (last.perhapsQuoted === perhapsQuoted || taken.join('').trim() === ''))
      last.lines.push(...taken)
    else parts.push({ lines: taken, perhapsQuoted })
    at += taken.length
  }
  return parts
    .map(({ lines: own, perhapsQuoted }) => ({ text: trimmed(own), perhapsQuoted }))
    .filter((part) => part.text !== '')
}

/** Removes empty lines around, but not the indentation of the first line. */
const trimmed = (lines: readonly string[]) =>
  lines
    .join('\n')
    .replace(/^(?:[^\S\n]*\n)+/, '')
    .trimEnd()

/** Returns the line after the quote that begins here, or `at` if none does. */
function quoteEnd(lines: readonly string[], at: number): number {
  if (isMarked(lines[at] ?? '')) return markedEnd(lines, at)
  // Below header fields programs mark nothing, so the first marked line may be the quoted person's own.
  if (isHead(lines, at)) return lines.length
  const below = announcementEnd(lines, at)
  if (below === undefined) return at
  let next = below
  while (next < lines.length && lines[next]?.trim() === '') next++
  // Below marked lines the person may go on. Without marks nothing shows where a quote ends.
  return isMarked(lines[next] ?? '') ? markedEnd(lines, next) : lines.length
}

function markedEnd(lines: readonly string[], at: number): number {
  let end = at
  while (end < lines.length && isMarked(lines[end] ?? '')) end++
  return end
}

/** Returns the line below the announcement (other than header fields) that begins here, or undefined if none does. */
function announcementEnd(lines: readonly string[], at: number): number | undefined {
  const line = lines[at] ?? ''
  const plain = unmarked(line)
  if (plain === '') return undefined
  if (line === '-- ' || isDivider(plain)) return at + 1
  return sentenceEnd(lines, at)
}

function sentenceEnd(lines: readonly string[], at: number): number | undefined {
  for (let count = 1; count <= MOST_LINES && at + count <= lines.length; count++) {
    const last = unmarked(lines[at + count - 1] ?? '')
    if (last === '') return undefined
    const text = joined(lines.slice(at, at + count).map(unmarked))
    if (text.length > 500) return undefined
    const found = announcementOf(text, { address: hasAddress(text), name: true })
    // People also write such lines, but hardly with an address or a whole date.
    if (found && (found.isFull || hasAddress(text))) return at + count
  }
  return undefined
}

/**
 * Returns whether repeated header fields begin here. They have an address, or a date and a time. A list with From and To
 * alone is the person's.
 */
function isHead(lines: readonly string[], at: number): boolean {
  const fields: string[] = []
  for (let next = at; next < at + FIELDS.most; next++) {
    const plain = unmarked(lines[next] ?? '')
    if (fieldValue(plain) === undefined) break
    fields.push(plain)
  }
  const text = fields.join('\n')
  return fields.length >= FIELDS.least && (hasAddress(text) || hasDate(text))
}

/** Returns for each line whether it is in a closed code block, where no sign counts. */
function linesOfCode(lines: readonly string[]): readonly boolean[] {
  const isCode = lines.map(() => false)
  for (let at = 0; at < lines.length; at++) {
    const fence = /^ {0,3}(`{3,}|~{3,})/.exec(lines[at] ?? '')?.[1]
    if (fence === undefined) continue
    let end = at + 1
    while (end < lines.length && !closes(lines[end] ?? '', fence)) end++
    if (end === lines.length) break
    isCode.fill(true, at, end + 1)
    at = end
  }
  return isCode
}

const closes = (line: string, fence: string) => {
  const plain = line.trim()
  return plain.length >= fence.length && plain === (fence[0] ?? '').repeat(plain.length)
}
