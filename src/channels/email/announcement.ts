/** Finds how an email program announces a quote: a sentence, repeated header fields, or a line between dashes. */
import {
  announcementOf,
  fieldValue,
  hasAddress,
  hasDate,
  isMarked,
  isOriginal,
  isRule,
  joined,
  unmarked,
} from './quote-signs.ts'
import { replySubject } from './thread.ts'

/** The author of a quoted text, and the email's subject: an announcement names one of them. */
export interface Announced {
  /** Addresses and names of the author. */
  readonly names: readonly string[]
  readonly subject: string
}

const MOST_BLANKS = 3
/** Announcements are wrapped at about 72 characters, and long names and addresses need several lines. */
const MOST_LINES = 4
const MOST_FIELDS = 8
const LONGEST_FIELD = 1_000
/** A line that ends before this column was not wrapped by a program. */
const WRAPPED = 65

/**
 * Returns the first line of the announcement directly above line `first`, or undefined if there is none. What a person may
 * have written is no announcement: it must name the author of the text that follows, or be a marked line.
 */
export function announcementAbove(
  lines: readonly string[],
  first: number,
  announced: Announced,
): number | undefined {
  const last = skipBlanks(lines, first - 1, MOST_BLANKS)
  if (last === undefined) return undefined
  const start =
    sentenceStart(lines, last, announced) ??
    headStart(lines, last, announced) ??
    originalStart(lines, last, announced)
  return start === undefined ? undefined : withRules(lines, start)
}

function skipBlanks(lines: readonly string[], from: number, most: number): number | undefined {
  for (let at = from; at >= 0 && at >= from - most; at--)
    if (unmarked(lines[at] ?? '') !== '') return at
  return undefined
}

function sentenceStart(
  lines: readonly string[],
  last: number,
  { names }: Announced,
): number | undefined {
  let loose: number | undefined
  for (let count = 1; count <= MOST_LINES && count <= last + 1; count++) {
    const start = last - count + 1
    if (unmarked(lines[start] ?? '') === '') break
    const text = joined(lines.slice(start, last + 1).map(unmarked))
    // People do not write within marks.
    const isProgram = isMarked(lines[start] ?? '')
    const named = { address: isProgram || namesAddress(text, names), name: namesName(text, names) }
    const found = announcementOf(text, named)
    if (found?.isFull) return wrappedStart(lines, start, last)
    if (found) loose ??= start
  }
  return loose
}

/** Includes a line above that was cut off in the middle of the announcement. */
function wrappedStart(lines: readonly string[], start: number, last: number): number {
  const above = unmarked(lines[start - 1] ?? '')
  const [word = ''] = unmarked(lines[start] ?? '').split(' ')
  const isWrapped = above.length + 1 + word.length > WRAPPED && above.length <= 80
  const text = joined([above, ...lines.slice(start, last + 1).map(unmarked)])
  const isOne = isWrapped && announcementOf(text, { address: false, name: true })?.isFull
  return isOne && !/[.!?]$/.test(above) ? start - 1 : start
}

const namesAddress = (text: string, names: readonly string[]) => {
  const lower = text.toLowerCase()
  return names.some((name) => name.includes('@') && lower.includes(name))
}

const namesName = (text: string, names: readonly string[]) => {
  const words = text.toLowerCase().split(/[^\p{L}\p{M}\p{N}]+/u)
  return names.some((name) => words.includes(name))
}

/** Finds repeated header fields: at least three, of which one names the author or has the email's subject. */
function headStart(
  lines: readonly string[],
  last: number,
  { names, subject }: Announced,
): number | undefined {
  const fields = fieldsAbove(lines, last)
  const author = fields.findIndex(({ value }) => isAuthor(value, names))
  const isThread = fields.some(({ value }) => isSubject(value, subject))
  if (author < 0 && !isThread) return undefined
  // Some programs put the date before the author. Anything above that is the person's.
  const dated = fields.filter(({ value }) => hasDate(value))
  const isDateFirst = dated.length === 1 && dated[0] === fields[author - 1]
  const head = fields.slice(Math.max(0, isDateFirst ? author - 1 : author))
  const start = head[0]?.at
  if (start === undefined) return undefined
  const least = withRules(lines, start) < start ? 2 : 3
  return head.length >= least ? start : undefined
}

/** Finds "Original Message", alone or with some lines that name the author. Some programs leave out the colons. */
function originalStart(
  lines: readonly string[],
  last: number,
  { names }: Announced,
): number | undefined {
  for (let at = last; at >= 0 && at > last - MOST_FIELDS; at--) {
    const plain = unmarked(lines[at] ?? '')
    if (plain === '') return undefined
    if (isOriginal(plain))
      return at === last || namesAddress(joined(lines.slice(at, last + 1)), names) ? at : undefined
  }
  return undefined
}

interface Field {
  readonly at: number
  readonly value: string
}

function fieldsAbove(lines: readonly string[], last: number): readonly Field[] {
  const fields: Field[] = []
  for (let at = last; at >= 0 && fields.length < MOST_FIELDS; at--) {
    const plain = unmarked(lines[at] ?? '')
    const value = fieldValue(plain)
    if (value !== undefined) fields.unshift({ at, value })
    // A long list of recipients is wrapped.
    else if (plain === '' || plain.length > LONGEST_FIELD || !hasAddress(plain)) break
  }
  return fields
}

const isAuthor = (value: string, names: readonly string[]) => {
  const plain = value.toLowerCase().replace(/^["'\s]+/, '')
  return names.some((name) => (name.includes('@') ? plain.includes(name) : startsWith(plain, name)))
}

const startsWith = (text: string, name: string) =>
  text.startsWith(name) && !/^[\p{L}\p{N}]/u.test(text.slice(name.length))

const isSubject = (value: string, subject: string) =>
  value !== '' && subject !== '' && replySubject(value) === replySubject(subject)

/** Includes up to two separating lines above the announcement. */
function withRules(lines: readonly string[], start: number): number {
  let first = start
  for (let count = 0; count < 2; count++) {
    const at = skipBlanks(lines, first - 1, 1)
    if (at === undefined) return first
    const plain = unmarked(lines[at] ?? '')
    if (!isRule(plain) && !isOriginal(plain)) return first
    first = at
  }
  return first
}
