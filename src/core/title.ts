/** The title of a session: the first words that were said in it. */
import type { Entry } from './history.ts'
import { printable } from './printable.ts'

/** Characters of the longest title. */
const MAX = 80

/**
 * Returns the first line that says something: an email's subject, or the beginning of the first message without the marks
 * of Markdown. Undefined if it says nothing.
 */
export function titleOf({ subject, text }: Pick<Entry, 'subject' | 'text'>): string | undefined {
  const lines = [subject ?? '', ...text.slice(0, 20_000).split('\n')]
  const [first] = lines.flatMap((line) => {
    const words = printable(line.replace(/^\s*(?:#{1,6}\s|[>*-]\s|`{3,}.*$)/, ''))
      .replaceAll(/\s+/g, ' ')
      .trim()
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
