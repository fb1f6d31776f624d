/** What a person has said in a mail, without the mails before it and their signature. */
import EmailReplyParser from 'email-reply-parser'
import { beforeRepeatedEmail, isAnnouncement, joinAnnouncements } from './quoted-emails.ts'

/**
 * What is parsed of a text: its expressions take time by the cube of a line's length and of the lines that hold their
 * words (a line of 20 kB took a minute).
 */
const PARSED = { characters: 20_000, lines: 400, lineLength: 250, words: 8 }
const COSTLY_WORDS = /schreef|skrev|pisze|napisał|写道/g

/**
 * Mails that pass another one on: there, it is what the person wants to show. An answer to one is an answer: whoever wrote
 * the mail before gave it that name.
 */
const FORWARDED = /^\s*(?:fwd?|wg|tr|rv|i|enc|doorst|vb|vs)\s?:/i

/** What programs put under a mail, as its last line. */
const FOOTER =
  /^(?:sent from (?:my|mail|outlook|yahoo)\b.{0,60}|get outlook for .{1,60}|von meinem .{1,60} gesendet|gesendet (?:mit|von) .{1,80}|outlook für .{1,60}|envoyé (?:de mon|depuis|à partir de) .{1,60}|enviado (?:desde mi|do meu) .{1,60}|inviato da(?:l mio)? .{1,60}|verzonden vanaf .{1,60}|verstuurd vanaf .{1,60}|skickat från .{1,60}|sendt fra .{1,60})$/i

/**
 * The new text of a mail. Keeps in doubt: lines that begin with `>` are the person's own where nothing announces a quote,
 * and what looks like a signature is none when it is long or holds a postscript. A forwarded mail, by its `subject`,
 * stays whole; as does a signature alone; a quote alone says nothing. Lines end with `\n`.
 */
export function stripQuotedText(text: string, subject = ''): string {
  const whole = text.replaceAll(/\r\n?/g, '\n').trim()
  if (FORWARDED.test(subject)) return whole
  const lines = joinAnnouncements(beforeRepeatedEmail(whole.split('\n')))
  const { head, rest } = split(lines)
  const said = withoutFooter([...visible(head), ...rest])
  // Of a signature alone nobody can tell; a quote alone is somebody else's.
  return said.join('\n').trim() || (lines.some(isAnnouncement) ? '' : whole)
}

/** What is parsed, and what is kept as it is. */
function split(lines: readonly string[]): { head: readonly string[]; rest: readonly string[] } {
  let characters = 0
  const end = lines.findIndex((line, at) => {
    characters += keyOf(line).length + 1
    return characters > PARSED.characters || at >= PARSED.lines
  })
  return end < 0 ? { head: lines, rest: [] } : { head: lines.slice(0, end), rest: lines.slice(end) }
}

/** A line as it is parsed; the space behind the dashes is what makes them a signature's (RFC 3676, 4.3). */
const keyOf = (line: string) =>
  line === '-- ' ? line : line.trimEnd().replaceAll(/\s+/g, ' ').slice(0, PARSED.lineLength)

function visible(lines: readonly string[]): readonly string[] {
  // A run of empty lines takes time by the square of its length, too.
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
  // A line that was cut may go on for long.
  const isWhole = lines.every((line) => line.length < PARSED.lineLength)
  const isBrief = isWhole && lines.length <= 10 && content.length <= 500
  // People draw lines, too.
  const isRule = RULE.test(lines[0] ?? '') && !content.trimStart().startsWith('-- \n')
  return isBrief && !isRule && !/^\s*p\.? ?s\b/im.test(content)
}

/** The lines that were parsed as `keys`, which are some of them in their order, as they were written; and empty ones. */
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
