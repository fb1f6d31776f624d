/** Where in a mail's text the mails before it begin, as mail programs announce them. */

const OPENING = 'on|am|le|el|il|em|op|den|pe|dnia|w dniu'
const WROTE =
  'wrote|schrieb|a écrit|écrit|escribió|ha scritto|scritto|escreveu|schreef|skrev|kirjoitti|napisał(?:\\(a\\))?|pisze'
const ANNOUNCEMENT = new RegExp(
  `^(?:> ?)*(?:${OPENING})\\s.{5,300}?(?:${WROTE})(?:\\s.{0,150})?\\s?:$`,
  'iu',
)
const TIME_OR_ADDRESS = /\d{1,2}[:.h]\d{2}|\S@\S/
/** An announcement is wrapped at 72 characters or so, names and addresses are long. */
const MOST_LINES = 3

/** `On <date>, <name> wrote:` in many languages. With a date and a time or an address, since people write this, too. */
export const isAnnouncement = (line: string): boolean =>
  line.length <= 500 && /\d/.test(line) && TIME_OR_ADDRESS.test(line) && ANNOUNCEMENT.test(line)

/** With each announcement in one line. */
export function joinAnnouncements(lines: readonly string[]): readonly string[] {
  const joined: string[] = []
  for (let at = 0; at < lines.length; ) {
    const count = linesOfAnnouncement(lines, at)
    joined.push(count > 1 ? oneLine(lines.slice(at, at + count)) : (lines[at] ?? ''))
    at += Math.max(count, 1)
  }
  return joined
}

function linesOfAnnouncement(lines: readonly string[], at: number): number {
  for (let count = 1; count <= MOST_LINES && at + count <= lines.length; count++)
    if (isAnnouncement(oneLine(lines.slice(at, at + count)))) return count
  return 0
}

const oneLine = (lines: readonly string[]) =>
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
 * The lines before the first mail that is repeated below them in full, as Outlook does it: under "Original Message", or
 * under its sender with at least two more of its fields. All of them when there is none.
 */
export function beforeRepeatedMail(lines: readonly string[]): readonly string[] {
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
