/** Finds the criteria in the plain text of a command: lines such as `C1: …`, in order. */
import { markdownLines } from './markdown-lines.ts'

const CRITERION = /^\s*(?:[-*+]\s+)?[*_`]*C(?<n>\d{1,2})[*_`]*:[*_`]*\s*(?<text>\S.*)$/

/**
 * Returns the criteria, and the text without their lines. A line counts only outside fences and quotes and if it has the
 * next number, so that other text of this form stays where it is.
 */
export function takeCriteria(text: string): { criteria: readonly string[]; rest: string } {
  const criteria: string[] = []
  const rest: string[] = []
  for (const { line, kind } of markdownLines(text)) {
    const { n, text: criterion } = (kind === 'plain' && CRITERION.exec(line)?.groups) || {}
    if (criterion !== undefined && Number(n) === criteria.length + 1)
      criteria.push(criterion.trim())
    else rest.push(line)
  }
  return criteria.length > 0 ? { criteria, rest: rest.join('\n').trim() } : { criteria, rest: text }
}
