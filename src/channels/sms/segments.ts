/** How many segments an SMS is paid for as, and the longest beginning of a text that is not more of them. */
import { SegmentedMessage } from 'sms-segments-calculator'

/** Twilio refuses a body that is longer (error 21617). */
const MAX_CHARACTERS = 1600
/** UTF-16 code units in each part of a longer message that is not all GSM-7. */
const UNITS_OF_PART = 67
const UNITS_OF_SINGLE = 70

/**
 * 160 characters of GSM-7 are one segment, more are parts of 153; one character outside it makes that 70 and 67.
 * 0 for nothing, and Infinity for more than Twilio takes in one message.
 * https://www.twilio.com/docs/glossary/what-sms-character-limit
 */
export function segmentsOf(text: string): number {
  if (text === '') return 0
  // The library's time grows with the square of the length.
  if (text.length > MAX_CHARACTERS) return Number.POSITIVE_INFINITY
  const { segmentsCount, encodingName } = new SegmentedMessage(text)
  if (encodingName === 'GSM-7' || text.length <= UNITS_OF_SINGLE) return segmentsCount
  // It takes a letter under any number of accents for something that fits into one part.
  return Math.max(segmentsCount, Math.ceil(text.length / UNITS_OF_PART))
}

/** Three dots, as the character for them is outside GSM-7 and would halve what fits. */
const CUT = '...'

/**
 * The text as it is when it needs at most `max` segments. Otherwise the longest beginning that does with `... ` and
 * `rest`, a sentence that says where to read on: cut between words, or between graphemes (UAX 29) where a single word
 * fills more than half of it. A `rest` that does not fit itself is left out.
 */
export function cutToSegments(text: string, max: number, rest: string): string {
  const fits = (candidate: string) => segmentsOf(candidate) <= max
  if (fits(text)) return text
  const end = [rest === '' ? CUT : `${CUT} ${rest}`, CUT].find(fits)
  if (end === undefined) return ''
  const cuts = boundaries(text, Math.min(MAX_CHARACTERS, max * 160) - end.length)
  const best = cuts[last(cuts, (at) => fits(text.slice(0, at) + end))] ?? 0
  return text.slice(0, wordEnd(text, best)).trimEnd() + end
}

/** Where the graphemes of a text begin, up to a position. */
function boundaries(text: string, limit: number): readonly number[] {
  const found: number[] = []
  for (const { index } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)) {
    if (index > limit) break
    found.push(index)
  }
  return found
}

/** The index of the last element that is good, where all behind the first bad one are bad; -1 for none. */
function last(sorted: readonly number[], isGood: (each: number) => boolean): number {
  let [good, bad] = [-1, sorted.length]
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (isGood(sorted[middle] ?? 0)) good = middle
    else bad = middle
  }
  return good
}

/** The end of the last whole word before a position, or the position where that would give up more than half. */
function wordEnd(text: string, at: number): number {
  if (/^\s/.test(text.slice(at))) return at
  const blank = text.slice(0, at).search(/\s\S*$/)
  return blank < at / 2 ? at : blank
}
