/** Counts the segments that an SMS is charged as, and cuts texts to a number of segments. */
import { SegmentedMessage } from 'sms-segments-calculator'

/** Twilio refuses longer bodies (error 21617). */
const MAX_CHARACTERS = 1600
/** UTF-16 code units in each part of a longer message that is not all GSM-7. */
const UNITS_OF_PART = 67
const UNITS_OF_SINGLE = 70

/**
 * Returns the number of segments: 0 for an empty text, Infinity for more than Twilio accepts in one message. One segment
 * holds 160 GSM-7 characters, and each part of a longer text 153; with any other character these are 70 and 67.
 * https://www.twilio.com/docs/glossary/what-sms-character-limit
 */
export function segmentsOf(text: string): number {
  if (text === '') return 0
  // The library's time grows with the square of the length.
  if (text.length > MAX_CHARACTERS) return Number.POSITIVE_INFINITY
  const { segmentsCount, encodingName } = new SegmentedMessage(text)
  if (encodingName === 'GSM-7' || text.length <= UNITS_OF_SINGLE) return segmentsCount
  // The library assumes that a letter with any number of accents fits into one part.
  return Math.max(segmentsCount, Math.ceil(text.length / UNITS_OF_PART))
}

/** Three dots, because the ellipsis character is outside GSM-7 and would halve what fits. */
const CUT = '...'

/**
 * Returns the text if it needs at most `max` segments. Otherwise returns the longest beginning that fits together with
 * `... ` and `ending`, a sentence that says where to read on. It is cut between words, or between graphemes (UAX 29) if
 * one word fills more than half. An `ending` that does not fit by itself is left out.
 */
export function cutToSegments(text: string, max: number, ending: string): string {
  const fits = (candidate: string) => segmentsOf(candidate) <= max
  if (fits(text)) return text
  const end = [ending === '' ? CUT : `${CUT} ${ending}`, CUT].find(fits)
  if (end === undefined) return ''
  const cuts = boundaries(text, Math.min(MAX_CHARACTERS, max * 160) - end.length)
  const best = cuts[last(cuts, (at) => fits(text.slice(0, at) + end))] ?? 0
  return text.slice(0, wordEnd(text, best)).trimEnd() + end
}

/** Returns where the graphemes of a text begin, up to a position. */
function boundaries(text: string, limit: number): readonly number[] {
  const found: number[] = []
  for (const { index } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)) {
    if (index > limit) break
    found.push(index)
  }
  return found
}

/** Returns the index of the last good element, or -1. All elements after the first bad one must be bad. */
function last(sorted: readonly number[], isGood: (each: number) => boolean): number {
  let [good, bad] = [-1, sorted.length]
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (isGood(sorted[middle] ?? 0)) good = middle
    else bad = middle
  }
  return good
}

/** Returns the end of the last whole word before a position, or the position if that would drop more than half. */
function wordEnd(text: string, at: number): number {
  if (/^\s/.test(text.slice(at))) return at
  const blank = text.slice(0, at).search(/\s\S*$/)
  return blank < at / 2 ? at : blank
}
