/** Converts Markdown to plain text for an SMS: drops marks that cost characters, and keeps every word. */

/** A line that opens or closes a code block. */
const FENCE = /^ {0,3}(?<fence>`{3,}|~{3,})(?<language>[\w+#.-]*)[ \t]*$/
/** Every class excludes its closing character, so that matching takes linear time. */
const MARKS =
  /`(?<code>[^`]+)`|\*\*(?<bold>[^*\s](?:[^*]*[^*\s])?)\*\*|!?\[(?<title>[^[\]]*)\]\((?<url>(?:[^()\s]|\([^()\s]*\))+)\)/g

/**
 * Removes code fences and the marks of headings, bold text and code, and writes links as `title (URL)`. The rest stays:
 * lists read well, and code may contain the same characters. Backticks and the middle dots of Baton's own lines must go,
 * because a single one turns GSM-7 into UCS-2, which costs twice as much.
 */
export function plainText(markdown: string): string {
  /** The fence of the code block that the line is in. */
  let opened: string | undefined
  return markdown
    .split('\n')
    .flatMap((line) => {
      const { fence, language } = FENCE.exec(line)?.groups ?? {}
      if (opened === undefined && fence === undefined) return [plainLine(line)]
      // Only a fence that is at least as long closes the block: a shorter one is part of the code.
      if (opened !== undefined && (language !== '' || !fence?.startsWith(opened))) return [line]
      opened = opened === undefined ? fence : undefined
      return []
    })
    .join('\n')
}

const plainLine = (line: string) =>
  withoutMarks(line.replace(/^ {0,3}#{1,6}[ \t]+/, '')).replaceAll(' · ', ' - ')

const withoutMarks = (text: string): string =>
  text.replace(MARKS, (mark, ...matches) => {
    const { code, bold, title, url } = matches.at(-1)
    if (code !== undefined) return code
    if (bold !== undefined) return withoutMarks(bold)
    if (url === undefined) return mark
    return title === '' || title === url ? url : `${withoutMarks(title)} (${url})`
  })
