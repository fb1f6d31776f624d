/** Finds where quoted emails begin in an email's text, by the lines with which email programs announce them. */

const OPENING = 'on|am|le|el|il|em|op|den|pe|dnia|w dniu'
const WROTE =
  'wrote|schrieb|a écrit|écrit|escribió|ha scritto|scritto|escreveu|schreef|skrev|kirjoitti|napisał(?:\\(a\\))?|pisze'
const ANNOUNCEMENT = new RegExp(
  `^(?:> ?)*(?:${OPENING})\\s.{5,300}?(?:${WROTE})(?:\\s.{0,150})?\\s?:$`,
  'iu',
)
const TIME_OR_ADDRESS = /\d{1,2}[:.h]\d{2}|\S@\S/
/** Announcements are wrapped at about 72 characters, and long names and addresses need several lines. */
const MOST_LINES = 3

/**
 * Matches `On <date>, <name> wrote:` in many languages. It must contain a time or an address, because people also write
 * such lines.
 */
export const isAnnouncement = (line: string): boolean =>
  line.length <= 500 && /\d/.test(line) && TIME_OR_ADDRESS.test(line) && ANNOUNCEMENT.test(line)

/** Joins each announcement into one line. Announcements in other languages get an English form that the parser knows. */
export function joinAnnouncements(lines: readonly string[]): readonly string[] {
  const joined: string[] = []
  for (let at = 0; at < lines.length; ) {
    const { line, count } = announcementAt(lines, at) ?? { line: lines[at] ?? '', count: 1 }
    joined.push(line)
    at += count
  }
  return joined
}

function announcementAt(
  lines: readonly string[],
  at: number,
): { readonly line: string; readonly count: number } | undefined {
  for (let count = 1; count <= MOST_LINES && at + count <= lines.length; count++) {
    const whole = lines.slice(at, at + count)
    const line = joinedLines(whole)
    if (isAnnouncement(line)) return { line: count > 1 ? line : (whole[0] ?? ''), count }
    if (isForeign(whole) && isMarked(lines, at + count)) return { line: inEnglish(line), count }
  }
  return undefined
}

const ADDRESS = /<[^\s<>@]{1,100}@[^\s<>@]{1,200}>/
const TIME = /(?:^|\D)\d{1,2}[:.時时]\d{2}(?:\D|$)/
/** What the first of several lines must contain: an address, or part of a date. */
const HINT = /\d|@/

/** Keeps all words, so that nothing is lost if the quote is kept. */
const inEnglish = (line: string) => `On 10:00, ${line.slice(0, -1)} wrote:`

/** Matches an announcement in any language. A person may write such a line too, but hardly above a marked quote. */
const isForeign = (lines: readonly string[]): boolean =>
  isSenderOf(joinedLines(lines)) &&
  // The announcement needs all of these lines, so it does not swallow the person's own text.
  lines.every((line) => line.trim() !== '') &&
  (lines.length === 1 || HINT.test(lines[0] ?? '')) &&
  !isSenderOf(joinedLines(lines.slice(1)))

/** Matches a line with an address, a time, and a colon at the end. */
const isSenderOf = (line: string): boolean =>
  line.length <= 500 && /[:：]$/.test(line) && ADDRESS.test(line) && TIME.test(line)

/** Returns whether the next non-empty line, starting at `from`, is marked as a quote. */
function isMarked(lines: readonly string[], from: number): boolean {
  for (let at = from; at < lines.length; at++)
    if (lines[at]?.trim()) return lines[at]?.startsWith('>') === true
  return false
}

const joinedLines = (lines: readonly string[]) =>
  lines
    .map((line, at) => (at === 0 ? line : line.replace(/^(?:> ?)+/, '')).trim())
    .join(' ')
    .replace(/< /, '<')

const ORIGINAL =
  /^-{2,12} ?(?:original message|ursprüngliche nachricht|message d['’]origine|mensaje original|messaggio originale|mensagem original|oorspronkelijk bericht|ursprungligt meddelande|oprindelig meddelelse) ?-{2,12}$/i
const FROM = /^\*?(?:from|von|de|da|van|från|fra)\s?:\*?\s\S/i
const OTHER =
  /^\*?(?:sent|date|to|cc|subject|gesendet|datum|an|betreff|envoyé|à|objet|enviado(?: el)?|fecha|para|asunto|inviato|data|a|oggetto|assunto|verzonden|aan|onderwerp|skickat|till|ämne|sendt|til|emne)\s?:\*?\s/i
const RULE = /^(?:_{5,}|-{5,})$/

/**
 * Returns the lines before the first email that is repeated in full, as Outlook does it: below "Original Message", or
 * below its sender and at least two other header fields. Returns all lines if there is none.
 */
export function beforeRepeatedEmail(lines: readonly string[]): readonly string[] {
  const at = lines.findIndex((line, index) => ORIGINAL.test(line.trim()) || isHead(lines, index))
  if (at < 0) return lines
  const before = lines.slice(0, at).map((line) => line.trim())
  const last = before.findLastIndex((line) => line !== '')
  return lines.slice(0, RULE.test(before[last] ?? '') ? last : at)
}

function isHead(lines: readonly string[], at: number): boolean {
  if (!FROM.test(lines[at]?.trim() ?? '')) return false
  const next = lines.slice(at + 1, at + 6).map((line) => line.trim())
  const end = next.indexOf('')
  return next.slice(0, end < 0 ? undefined : end).filter((line) => OTHER.test(line)).length >= 2
}
