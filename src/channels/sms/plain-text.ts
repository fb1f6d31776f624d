/** Markdown as people read it in an SMS: without the marks that cost characters, and with every word. */

/** The line that opens or closes a block of code. */
const FENCE = /^ {0,3}(?:`{3,}|~{3,})[\w+#.-]*[ \t]*$/
/** Of each class one character ends it, so that no line takes more than a look at each. */
const MARKS =
  /`(?<code>[^`]+)`|\*\*(?<bold>[^*\s](?:[^*]*[^*\s])?)\*\*|!?\[(?<title>[^[\]]*)\]\((?<url>(?:[^()\s]|\([^()\s]*\))+)\)/g

/**
 * Removes fences, the marks of headings, bold words and code, and writes links as `title (URL)`. Everything else stays:
 * lists read well as they are, and what is in a block of code may be no mark. A backtick alone would make a message of
 * GSM-7 one of UCS-2, which is twice as dear.
 */
export function plainText(markdown: string): string {
  let isCode = false
  return markdown
    .split('\n')
    .flatMap((line) => {
      if (!FENCE.test(line)) return [isCode ? line : plainLine(line)]
      isCode = !isCode
      return []
    })
    .join('\n')
}

const plainLine = (line: string) => withoutMarks(line.replace(/^ {0,3}#{1,6}[ \t]+/, ''))

const withoutMarks = (text: string): string =>
  text.replace(MARKS, (mark, ...rest) => {
    const { code, bold, title, url } = rest.at(-1)
    if (code !== undefined) return code
    if (bold !== undefined) return withoutMarks(bold)
    if (url === undefined) return mark
    return title === '' || title === url ? url : `${withoutMarks(title)} (${url})`
  })
