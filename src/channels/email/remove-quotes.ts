/** Removes from an email what its thread has already said. Everything else is the person's and stays, word for word. */
import { announcementAbove } from './announcement.ts'
import { charactersOf, type Match, matchesIn } from './matching-lines.ts'
import { isMarked, unmarked } from './quote-signs.ts'

/** A text that Baton sent or received in the thread. */
export interface ThreadText {
  readonly text: string
  /** Addresses and names of its author, in lower case. */
  readonly authors: readonly string[]
}

export interface EmailThread {
  readonly texts: readonly ThreadText[]
  /** The subject of the email. */
  readonly subject: string
}

/** How many characters prove a quote that nothing announces but its marks, or that goes on after other words. */
const PROOF = { marked: 40, further: 20, markedFurther: 5 }
/** An email of more lines is not compared. */
const MOST_LINES = 10_000
/** How many characters are searched for links, and for short quotes. What is not found stays in the email. */
const WORK = 300_000_000

/**
 * Returns the email without its quotes, or the same text if it has none. A quote is what the thread has said. It needs an
 * announcement that names its author, or marks around at least 40 characters. So a person may repeat a sentence, and what
 * only looks like a quote stays. Lines end in `\n`.
 */
export function withoutQuotes(text: string, { texts, subject }: EmailThread): string {
  const lines = text.replaceAll(/\r\n?/g, '\n').split('\n')
  if (texts.length === 0 || lines.length > MOST_LINES) return text
  const said = texts.map((each) => each.text).join('\n')
  const isSaid = boundedSearch(said)
  const characters = lines.map((line) => charactersOf(withoutRepeatedUrls(line, isSaid)))
  const cut = new Quotes({ lines, characters, subject, authors: byAuthor(texts) }).find()
  return cut.includes(true) ? remaining(lines, cut) : text
}

const MARKDOWN_LINK = /\]\(https?:\/\/(?:[^()\s]|\([^()\s]*\))+\)/g
const REPEATED_URL = /[<[(](?:mailto:)?(?<url>(?:https?:\/\/|(?<=mailto:))[^\s<>()[\]]+)[>\])]/g

/** Removes the address that programs add to a link, unless it is new. */
const withoutRepeatedUrls = (line: string, isSaid: (url: string) => boolean) =>
  line.replaceAll(REPEATED_URL, (found, url: string) => (isSaid(url) ? '' : found))

/** Returns a function that looks a text up in `said`, and finds nothing after too much work. */
function boundedSearch(said: string): (text: string) => boolean {
  let left = WORK
  return (text) => {
    left -= said.length
    return left >= 0 && said.includes(text)
  }
}

interface Author {
  readonly names: readonly string[]
  /** The characters of the author's texts. */
  readonly texts: readonly string[]
}

/** The same words may have several authors, of whom an announcement names one. */
function byAuthor(texts: readonly ThreadText[]): readonly Author[] {
  const authors = Map.groupBy(texts, (each) => each.authors.join('\n'))
  return [...authors.values()].map((own) => ({
    names: own[0]?.authors ?? [],
    texts: own.map((each) => charactersOf(each.text.replaceAll(MARKDOWN_LINK, ']'))),
  }))
}

interface Email {
  readonly lines: readonly string[]
  readonly characters: readonly string[]
  readonly subject: string
  readonly authors: readonly Author[]
}

/** A match with its author, and the beginning of the announcement above it. */
interface Candidate extends Match {
  readonly author: Author
  readonly start: number | undefined
}

class Quotes {
  readonly #email: Email
  readonly #cut: boolean[]
  /** The texts that this email is known to quote. */
  readonly #quoted = new Set<string>()
  /** Announcements of quotes without marks: where they begin and end. */
  readonly #heads: { readonly start: number; readonly end: number }[] = []
  #work = 0

  constructor(email: Email) {
    this.#email = email
    this.#cut = email.lines.map(() => false)
  }

  /** Returns for each line whether it belongs to a quote. */
  find(): readonly boolean[] {
    const { characters, authors } = this.#email
    const found = authors.map((author) => ({
      author,
      matches: matchesIn(characters, author.texts),
    }))
    for (let at = 0; at < characters.length; at++) {
      if (characters[at] === '') continue
      const proven = found
        .flatMap(({ author, matches }) => this.#candidates(at, author, matches[at]))
        .filter((candidate) => this.#isProven(candidate))
        .sort((a, b) => b.length - a.length)[0]
      if (!proven) continue
      this.#remove(proven)
      at = proven.last
    }
    this.#keepHeads()
    return this.#cut
  }

  #candidates(first: number, author: Author, match: Match | undefined): readonly Candidate[] {
    const { lines, subject } = this.#email
    const above = announcementAbove(lines, first, { names: author.names, subject })
    const start = above !== undefined && this.#cut[above] ? undefined : above
    const whole = match && this.#withoutAnswer(match)
    const short = this.#short(first, author, start !== undefined)
    return [whole, short].flatMap((each) => (each ? [{ ...each, author, start }] : []))
  }

  /** Leaves out lines without marks at the end of a marked quote: they may be the person's answer. */
  #withoutAnswer(match: Match): Match {
    const { lines, characters } = this.#email
    if (!isMarked(lines[match.first] ?? '')) return match
    let { last, length } = match
    for (; !isMarked(lines[last] ?? ''); last--) length -= characters[last]?.length ?? 0
    return { ...match, last, length }
  }

  /**
   * Finds a quote that is too short for a probe. It must be a whole text that is announced, or marked lines of a text that
   * is announced or known to be quoted.
   */
  #short(first: number, { texts }: Author, isAnnounced: boolean): Match | undefined {
    const { lines, characters } = this.#email
    const marked = isMarked(lines[first] ?? '')
    const quotable = texts.flatMap((text, index) =>
      isAnnounced || (marked && this.#quoted.has(text)) ? [{ text, index }] : [],
    )
    const size = quotable.reduce((sum, { text }) => sum + text.length, 0)
    let words = ''
    let found: Match | undefined
    for (let last = first; size > 0 && words.length <= LONGEST_SHORT; last++) {
      const line = lines[last]
      if (line === undefined || (isMarked(line) !== marked && !isBlank(line))) break
      if (!characters[last]) continue
      words += characters[last]
      this.#work += size
      if (this.#work > WORK) break
      const holder = quotable.find(({ text }) => (marked ? text.includes(words) : text === words))
      if (holder) found = { first, last, text: holder.index, length: words.length }
    }
    return found
  }

  #isProven({ first, start, length, text, author }: Candidate): boolean {
    if (start !== undefined) return true
    const { lines } = this.#email
    const isKnown = this.#quoted.has(author.texts[text] ?? '')
    if (!isMarked(lines[first] ?? '')) return isKnown && length >= PROOF.further
    if (isKnown && length >= PROOF.markedFurther) return true
    const before = lines.findLastIndex((line, at) => at < first && !isBlank(line))
    if (this.#cut[before]) return true
    return length >= PROOF.marked && (this.#isMarked(0, first) || this.#isMarked(first))
  }

  /** Returns whether no line has words without marks, which would be the person's. */
  #isMarked(from: number, to?: number): boolean {
    const { lines, characters } = this.#email
    return lines.slice(from, to).every((line, at) => !characters[from + at] || isMarked(line))
  }

  #remove({ first, last, start, text, author }: Candidate): void {
    this.#quoted.add(author.texts[text] ?? '')
    this.#cut.fill(true, start ?? first, last + 1)
    if (start !== undefined && !isMarked(this.#email.lines[first] ?? ''))
      this.#heads.push({ start, end: first })
  }

  /** Keeps an announcement above other words, which without it would seem to be the person's. */
  #keepHeads(): void {
    const { characters } = this.#email
    this.#heads.forEach(({ start, end }, index) => {
      const next = this.#heads[index + 1]?.start ?? characters.length
      const hasMore = characters.slice(end, next).some((each, at) => each && !this.#cut[end + at])
      if (hasMore) this.#cut.fill(false, start, end)
    })
  }
}

/** A quote of more characters is found by its beginning. */
const LONGEST_SHORT = 60

/** Returns the lines that are not cut, with one empty line in place of each quote. */
function remaining(lines: readonly string[], cut: readonly boolean[]): string {
  const kept: string[] = []
  let isBelow = false
  lines.forEach((line, at) => {
    isBelow ||= cut[at] === true
    if (cut[at] || (isBelow && isBlank(line))) return
    if (isBelow) {
      while (kept.length > 0 && isBlank(kept.at(-1) ?? '')) kept.pop()
      kept.push('')
    }
    isBelow = false
    kept.push(line)
  })
  return kept.join('\n').trim()
}

const isBlank = (line: string) => unmarked(line) === ''
