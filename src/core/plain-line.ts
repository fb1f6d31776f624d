/** Turns a line of Markdown into the words that a person sees. */

/** What begins a line of a heading, a quote or a list, also nested. */
const BLOCK_MARKS = /^\s*(?:>\s?|(?:#{1,6}|[*+-](?:\s\[[ xX]\])?)(?:\s+|$))*/

/**
 * Every class excludes its closing character, so that matching takes linear time. A single star or underscore within a word
 * is none of Markdown's: `5*3*2`, `snake_case_name`.
 */
const INLINE_MARKS =
  /(?<ticks>`+)(?<code>[^`]+)\k<ticks>|!?\[(?<title>[^[\]]*)\]\((?:[^()\s]|\([^()\s]*\))*\)|\*{2,3}(?<bold>[^*\s](?:[^*]*[^*\s])?)\*{2,3}|~~(?<struck>[^~\s](?:[^~]*[^~\s])?)~~|(?<![\p{L}\p{N}*])\*(?<star>[^*\s](?:[^*]*[^*\s])?)\*(?![\p{L}\p{N}*])|(?<![\p{L}\p{N}_])(?<bars>__?)(?<under>[^_\s](?:[^_]*[^_\s])?)\k<bars>(?![\p{L}\p{N}_])/gu

/** Returns the line without the marks of headings, quotes, lists, emphasis, code and links. The words of a link stay. */
export const plainLine = (line: string): string => withoutMarks(line.replace(BLOCK_MARKS, ''))

const withoutMarks = (text: string): string =>
  text.replace(INLINE_MARKS, (_, ...matches) => {
    const { code, title, bold, struck, star, under } = matches.at(-1)
    return code ?? withoutMarks(title ?? bold ?? struck ?? star ?? under)
  })
