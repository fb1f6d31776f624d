/** Puts texts of others into a sentence. */

/** Returns the text without spaces and full stops at its end, so that a sentence can go on or end after it. An ellipsis stays. */
export const clause = (text: string): string => {
  const trimmed = text.trimEnd()
  return /\.\.\.$/.test(trimmed) ? trimmed : trimmed.replace(/[\s.]+$/, '')
}
