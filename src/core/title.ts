/** The title of a session: the first words that were said in it. */
import type { Entry } from './history.ts'
import { plainLine } from './plain-line.ts'
import { printable } from './printable.ts'

/** Characters of the longest title. */
const MAX = 80

/** A line that opens or closes a code block, or that separates parts. */
const NO_WORDS = /^\s*(?:`{3,}.*|~{3,}.*|(?:[-*_]\s*){3,})$/

/**
 * Returns the first line that says something: an email's subject, or the beginning of the first message without the marks
 * of Markdown. Undefined if it says nothing.
 */
export function titleOf({ subject, text }: Pick<Entry, 'subject' | 'text'>): string | undefined {
  const lines = text
    .slice(0, 20_000)
    .split('\n')
    .map((line) => (NO_WORDS.test(line) ? '' : plainLine(line)))
  const [first] = [subject ?? '', ...lines].flatMap((line) => {
    const words = printable(line).replaceAll(/\s+/g, ' ').trim()
    return words ? [words] : []
  })
  return first === undefined ? undefined : shortened(first)
}

/** Ends at a word, if there is one in the last quarter. */
function shortened(line: string): string {
  const characters = [...line]
  if (characters.length <= MAX) return line
  const cut = characters.slice(0, MAX - 1).join('')
  const space = cut.lastIndexOf(' ')
  return `${space > cut.length * 0.75 ? cut.slice(0, space) : cut}…`
}
