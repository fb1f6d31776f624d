/** Claude Code's output is split into lines at line feeds alone. */
import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { expect, test } from 'vitest'
import { eachLine } from '../../../sandbox/lines.ts'

const split = async (chunks: Buffer[]) => {
  const lines: string[] = []
  const stream = Readable.from(chunks)
  eachLine(stream, (line) => lines.push(line))
  await finished(stream)
  return lines
}

test('other separators are part of a line, wherever the chunks are cut', async () => {
  const lines = ['{"a":"x\u2028y\u2029z\u0085"}', '', 'ü😀', 'no end']
  const bytes = [...Buffer.from(lines.join('\n'))].map((byte) => Buffer.from([byte]))
  expect(await split(bytes)).toEqual(lines)
  expect(await split([Buffer.concat(bytes)])).toEqual(lines)
  expect(await split([Buffer.from('one\n')])).toEqual(['one'])
})
