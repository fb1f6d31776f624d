/** Finds the lines of an email that are in texts of its thread, however a program has wrapped and marked them. */

/** Consecutive lines of an email that are in a text of the thread, word for word and in one piece. */
export interface Match {
  /** Indexes of lines. Empty lines may be among them. */
  readonly first: number
  readonly last: number
  /** The index of the text. */
  readonly text: number
  /** How many characters match. */
  readonly length: number
}

/** Marks of Markdown and of quotes, which differ between a text and its quote. */
const MARKS = /[\s\p{Cf}>*_`#|~\\\-\u2022\u25cf\u25e6\u00b7[\]()<]+/gu

/** Returns a text's characters without blanks, case and marks. Two texts with the same ones have the same words. */
export const charactersOf = (text: string): string =>
  text.normalize('NFKC').toLowerCase().replaceAll(MARKS, '')

/** How many characters find a line in a text. */
const PROBE = 12
/** Bounds the work on repetitive texts. Lines beyond it count as not found. */
const WORK = 30_000_000
const MOST_LINES_A_PROBE = 64

/**
 * Returns for each line the longest match that begins there. `lines` and `texts` hold characters. Matches of fewer than
 * 12 characters are not found. Takes time linear in the texts.
 */
export function matchesIn(
  lines: readonly string[],
  texts: readonly string[],
): readonly (Match | undefined)[] {
  const search = new Search(lines)
  texts.forEach((text, index) => {
    search.compare(text, index)
  })
  return search.best
}

class Search {
  readonly best: (Match | undefined)[]
  readonly #lines: readonly string[]
  /** The lines that are not empty. */
  readonly #filled: readonly number[]
  /** Where each of them begins in the email. */
  readonly #starts: readonly number[]
  /** The beginnings of lines: indexes of `#filled`. */
  readonly #probes = new Map<string, number[]>()
  #work = 0

  constructor(lines: readonly string[]) {
    this.best = lines.map(() => undefined)
    this.#lines = lines
    this.#filled = lines.flatMap((line, at) => (line === '' ? [] : [at]))
    const starts: number[] = []
    let length = 0
    for (const at of this.#filled) {
      starts.push(length)
      length += lines[at]?.length ?? 0
    }
    this.#starts = starts
    const whole = lines.join('')
    starts.forEach((start, index) => {
      this.#addProbe(whole.slice(start, start + PROBE), index)
    })
  }

  #addProbe(probe: string, index: number): void {
    const same = this.#probes.get(probe)
    if (!same) this.#probes.set(probe, [index])
    else if (same.length < MOST_LINES_A_PROBE) same.push(index)
  }

  compare(text: string, index: number): void {
    /** The last line that is known to match, by the distance between the email and the text. */
    const known = new Map<number, number>()
    for (let at = 0; at + PROBE <= text.length && this.#work < WORK; at++)
      for (const from of this.#probes.get(text.slice(at, at + PROBE)) ?? []) {
        const distance = at - (this.#starts[from] ?? 0)
        // A match from one line also is one from each of its later lines.
        if ((known.get(distance) ?? -1) < from)
          known.set(distance, this.#extend(text, index, from, at))
      }
  }

  /** Records the match that begins at `position` of the text with line `from`. Returns its last line. */
  #extend(text: string, index: number, from: number, position: number): number {
    let end = from
    let next = position
    for (; end < this.#filled.length; end++) {
      const line = this.#line(end)
      if (!text.startsWith(line, next)) break
      next += line.length
    }
    this.#work += next - position + PROBE
    const last = this.#filled[end - 1] ?? 0
    let rest = next - position
    for (let at = from; at < end; at++) {
      const first = this.#filled[at] ?? 0
      if (rest > (this.best[first]?.length ?? 0))
        this.best[first] = { first, last, text: index, length: rest }
      rest -= this.#line(at).length
    }
    return end - 1
  }

  #line = (index: number): string => this.#lines[this.#filled[index] ?? 0] ?? ''
}
