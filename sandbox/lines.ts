/** Splits a stream into lines. */
import type { Readable } from 'node:stream'

/**
 * Calls `accept` with each line of UTF-8 text. Only a line feed ends a line. `node:readline` also splits at U+2028 and
 * U+2029, which JSON allows inside a string.
 */
export function eachLine(stream: Readable, accept: (line: string) => void): void {
  let rest: string[] = []
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const [first = '', ...more] = text.split('\n')
    rest.push(first)
    for (const next of more) {
      accept(rest.join(''))
      rest = [next]
    }
  })
  stream.on('end', () => {
    if (rest.some((part) => part !== '')) accept(rest.join(''))
  })
}
