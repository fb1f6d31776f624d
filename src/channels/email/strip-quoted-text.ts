/** Finds the new text of an email, without quoted emails and the signature. */
import EmailReplyParser from 'email-reply-parser'
import { beforeRepeatedEmail, isAnnouncement, joinAnnouncements } from './quoted-emails.ts'

/**
 * How much of a text is parsed. The parser's expressions take time cubic in a line's length and in the number of lines
 * with certain words (a line of 20 kB took a minute).
 */
const PARSED = { characters: 20_000, lines: 400, lineLength: 250, words: 8 }
const COSTLY_WORDS = /schreef|skrev|pisze|napisał|写道/g

/**
 * Subjects of forwarded emails, whose quoted text the person wants to show. `Re: Fwd:` does not match, because only the
 * earlier email was forwarded.
 */
const FORWARDED = /^\s*(?:fwd?|wg|tr|rv|i|enc|doorst|vb|vs)\s?:/i

/** The last line that email programs add. */
const FOOTER =
  /^(?:sent from (?:my|mail|outlook|yahoo)\b.{0,60}|get outlook for .{1,60}|von meinem .{1,60} gesendet|gesendet (?:mit|von) .{1,80}|outlook für .{1,60}|envoyé (?:de mon|depuis|à partir de) .{1,60}|enviado (?:desde mi|do meu) .{1,60}|inviato da(?:l mio)? .{1,60}|verzonden vanaf .{1,60}|verstuurd vanaf .{1,60}|skickat från .{1,60}|sendt fra .{1,60})$/i

/**
 * Returns the new text of an email, with lines that end in `\n`. When in doubt, it keeps text: `>` lines that no announcement
 * precedes, and signatures that are long or contain a postscript. A forwarded email (by its `subject`) stays whole, and
 * so does a signature alone. A quote alone becomes empty.
 */
export function stripQuotedText(text: string, subject = ''): string {
  const whole = text.replaceAll(/\r\n?/g, '\n').trim()
  if (FORWARDED.test(subject)) return whole
  const lines = joinAnnouncements(beforeRepeatedEmail(whole.split('\n')))
  const { head, tail } = split(lines)
  const kept = withoutFooter([...visible(head), ...tail])
  // Keep what may be only a signature, but drop a quote, which is another person's text.
  return kept.join('\n').trim() || (lines.some(isAnnouncement) ? '' : whole)
}

/** Splits the lines into those to parse and those to keep as they are. */
function split(lines: readonly string[]): { head: readonly string[]; tail: readonly string[] } {
  let characters = 0
  const end = lines.findIndex((line, at) => {
    characters += keyOf(line).length + 1
    return characters > PARSED.characters || at >= PARSED.lines
  })
  return end < 0 ? { head: lines, tail: [] } : { head: lines.slice(0, end), tail: lines.slice(end) }
}

/** Normalises a line for the parser. The space after `--` stays, because it marks a signature (RFC 3676, 4.3). */
const keyOf = (line: string) =>
  line === '-- ' ? line : line.trimEnd().replaceAll(/\s+/g, ' ').slice(0, PARSED.lineLength)

function visible(lines: readonly string[]): readonly string[] {
  // Drop repeated empty lines, because the parser takes quadratic time for them.
  const filled = lines.filter((line, at) => line.trim() || lines[at - 1]?.trim())
  const parsed = filled.map(keyOf).join('\n')
  if ((parsed.match(COSTLY_WORDS)?.length ?? 0) > PARSED.words) return lines
  const fragments = new EmailReplyParser().read(parsed).getFragments()
  const isReply = filled.some(isAnnouncement)
  const shown = fragments.filter((fragment) => !isHidden(fragment, isReply))
  return originals(
    lines,
    shown.flatMap((fragment) => fragment.getContent().split('\n')),
  )
}

type Fragment = ReturnType<ReturnType<EmailReplyParser['read']>['getFragments']>[number]

function isHidden(fragment: Fragment, isReply: boolean): boolean {
  const lines = fragment.getContent().trim().split('\n')
  if (fragment.isQuoted()) {
    const isMarked = lines.every((line) => /^\s*>|^\s*$/.test(line) || isAnnouncement(line))
    return isReply && (isMarked || isAnnouncement(lines[0] ?? ''))
  }
  return fragment.isSignature() && isSignature(lines, fragment.getContent())
}

const RULE = /^\s*[-_+=]{2,}\s*$/

function isSignature(lines: readonly string[], content: string): boolean {
  // A line at the limit was cut and may be much longer.
  const isWhole = lines.every((line) => line.length < PARSED.lineLength)
  const isBrief = isWhole && lines.length <= 10 && content.length <= 500
  // People also draw lines.
  const isRule = RULE.test(lines[0] ?? '') && !content.trimStart().startsWith('-- \n')
  return isBrief && !isRule && !/^\s*p\.? ?s\b/im.test(content)
}

/** Returns the original lines whose normalised forms are in `parsed` (in order), and the empty lines among them. */
function originals(lines: readonly string[], parsed: readonly string[]): readonly string[] {
  const keys = parsed.map((key) => key.trim()).filter((key) => key !== '')
  let next = 0
  let isKept = true
  return lines.filter((line) => {
    if (!line.trim()) return isKept
    isKept = next < keys.length && keyOf(line).trim() === keys[next]
    if (isKept) next++
    return isKept
  })
}

function withoutFooter(lines: readonly string[]): readonly string[] {
  const last = lines.findLastIndex((line) => line.trim() !== '')
  return FOOTER.test(lines[last]?.trim() ?? '') ? lines.slice(0, last) : lines
}
