/** Signs of quoted emails that need no knowledge of what was sent: marks, rules, header fields, and announcements. */

/** Removes the marks of a quote of any depth, surrounding blanks, and characters that only direct the text. */
export const unmarked = (line: string): string =>
  line
    .replaceAll(/\p{Cf}+/gu, '')
    .replace(/^[\s>]+/, '')
    .trimEnd()

export const isMarked = (line: string): boolean => /^ {0,3}>/.test(line)

const DASH = '-_=*~\\u2014\\u2500'
const RULE = new RegExp(`^[${DASH}]{3,}$`)
const FRAMED = new RegExp(
  `^[${DASH}]{2,} ?(?<words>[^${DASH} ](?:.{0,80}[^${DASH} ])?) ?[${DASH}]{2,}$`,
)

/** Matches these words alone. As strings, because bundles with other letters in expressions take twice the memory. */
const only = (words: readonly string[]) => new RegExp(`^(?:${words.join('|')})$`, 'i')

/** "Original message" in the languages of common email programs. */
const ORIGINAL = only([
  'original(?: message)?',
  'reply message',
  'ursprüngliche nachricht',
  "message d['\u2019]origine",
  'mensaje original',
  'messaggio originale',
  'mensagem original',
  'oorspronkelijk bericht',
  'ursprungligt meddelande',
  'oprindelig meddelelse',
  'opprinnelig melding',
  'alkuperäinen viesti',
  'oryginalna wiadomość',
  'wiadomość oryginalna',
  'původní zpráva',
  'pôvodná správa',
  'eredeti üzenet',
  'mesaj original',
  'orijinal mesaj',
  'özgün ileti',
  'исходное сообщение',
  'оригинальное сообщение',
  'оригінальне повідомлення',
  '原始邮件',
  '原始郵件',
  '元のメッセージ',
  '원본 메일',
  '원본 메시지',
])

/** Matches a line without words that only separates. */
export const isRule = (plain: string): boolean => RULE.test(plain)

/** Matches `-----Original Message-----`. */
export const isOriginal = (plain: string): boolean =>
  plain.length <= 120 && ORIGINAL.test(FRAMED.exec(plain)?.groups?.words ?? '')

const FORWARD = only(
  [
    'begin forwarded message',
    'anfang der weitergeleiteten nachricht',
    'début du message (?:transféré|réexpédié)',
    'inicio del mensaje reenviado',
    'inizio messaggio inoltrato',
  ].map((words) => `${words} ?:`),
)

/** Matches a line between dashes, such as `---------- Forwarded message ---------`, and Apple's for forwarded emails. */
export const isDivider = (plain: string): boolean =>
  plain.length <= 200 && (FRAMED.test(plain) || FORWARD.test(plain))

const FIELD =
  /^\*?(?<label>\p{L}[\p{L}\p{M} '\u2019.()/-]{0,25}?)\*?\s?[:\uff1a]\*?(?!\/\/)\s*(?<value>.*)$/u

/** Returns the value of a header field as email programs repeat it (`Von: Ada`), or undefined if it is none. */
export const fieldValue = (plain: string): string | undefined =>
  plain.length <= 1_000 ? FIELD.exec(plain)?.groups?.value : undefined

const ADDRESS = /[^\s<>"@:;,]{1,100}@[^\s<>"@:;,]{1,200}\.[^\s<>"@:;,]/
const YEAR = /(?:^|\D)20\d\d(?:\D|$)|\d{1,2}[./-] ?\d{1,2}[./-] ?\d{2}(?:\D|$)/
const TIME = /(?:^|\D)\d{1,2} ?(?:[:.h\u6642\u65f6\uc2dc\u70b9\u9ede] ?\d{2}|[ap]\.?m\b)/i

export const hasAddress = (text: string): boolean => ADDRESS.test(text)
export const hasDate = (text: string): boolean => YEAR.test(text) && TIME.test(text)

/** How announcements begin that name a person but no address: with a digit, or with a word that precedes a date. */
const OPENING = new RegExp(
  `^(?:\\d|(?:${[
    'on|at|am|le|el|il|em|às|op|den|dne|dňa|pe|în data|dnia|w dniu|vào|pada',
    'στις|в|на|在|於|于',
  ].join('|')}) ?\\S)`,
  'iu',
)
const CLOSING = /(?:[:\uff1a*>]|-{2,}|[\u2014\u2500])$/

/** The longest announcement, over all its lines. */
const LONGEST = 500

/**
 * Returns whether a line may announce a quote, such as `On <date>, <name> wrote:` in any language. It must end with a
 * colon or dashes and contain numbers and what `names` accepts. `isFull` says whether it has a whole date and a time.
 */
export function announcementOf(
  line: string,
  names: { readonly address: boolean; readonly name: boolean },
): { readonly isFull: boolean } | undefined {
  if (line.length > LONGEST || !CLOSING.test(line)) return undefined
  if (!names.address && !(names.name && OPENING.test(line))) return undefined
  const numbers = line.match(/\d+/g)?.length ?? 0
  return numbers >= 2 ? { isFull: hasDate(line) } : undefined
}

/** Joins the lines of a wrapped announcement. */
export const joined = (lines: readonly string[]): string =>
  lines.join(' ').replaceAll(/\s+/g, ' ').replaceAll('< ', '<').trim()
