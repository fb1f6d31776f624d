/** Makes text safe to show to people, whatever a program has written into it. */
import { stripVTControlCharacters } from 'node:util'

/**
 * Returns the text without terminal escapes and control characters, which a phone shows as garbage and a terminal obeys.
 * Tabs and line ends stay.
 */
export const printable = (text: string): string =>
  stripVTControlCharacters(text)
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/(?![\n\t])\p{Cc}/gu, '')
