/** Tells the lines of a Markdown text apart that are fenced or quoted, so that words in them are not taken for commands. */

/** A line that may open a fence (also in a list) or close it (CommonMark 0.31, 4.5). */
const FENCE = /^(?<indent>\s*(?:(?:[-*+]|\d+[.)])\s+)*)(?<mark>`{3,}|~{3,})(?<after>.*)$/s
const LINE_END = /\r\n?|\n/

/** Whether a line belongs to a fenced block or a block quote. */
export type LineKind = 'plain' | 'fenced' | 'quote'

/** Yields each line with its kind. */
export function* markdownLines(text: string): Generator<{ line: string; kind: LineKind }> {
  let fence: Fence | undefined
  for (const line of text.split(LINE_END)) {
    const mark = fenceOf(line)
    const opening = fence ? undefined : mark
    if (fence || opening) yield { line, kind: 'fenced' }
    else yield { line, kind: /^\s*>/.test(line) ? 'quote' : 'plain' }
    if (fence ? mark && closes(mark, fence) : opening) fence = opening
  }
}

interface Fence {
  readonly indent: string
  readonly mark: string
  readonly after: string
}

function fenceOf(line: string): Fence | undefined {
  const { indent, mark, after } = FENCE.exec(line)?.groups ?? {}
  if (indent === undefined || mark === undefined || after === undefined) return undefined
  // More backticks in the same line make it inline code.
  return mark.startsWith('`') && after.includes('`') ? undefined : { indent, mark, after }
}

/** A closing fence is alone in its line, at least as long as the opening one, and not indented like code. */
const closes = (end: Fence, begin: Fence) =>
  end.mark.startsWith(begin.mark) &&
  (end.indent + end.after).trim() === '' &&
  end.indent.length <= begin.indent.length + 3
