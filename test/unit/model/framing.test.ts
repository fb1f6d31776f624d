/** Frames and fences work with any content. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fence, readFrames, splitFences } from '../../../local/model/framing.ts'

const hostile = fc
  .array(
    fc.constantFrom(
      '```',
      '`````',
      '``````',
      '[USER]',
      '[TASK]',
      'text',
      '',
      '    ',
      '/cost',
      '```sh',
    ),
    { maxLength: 8 },
  )
  .map((lines) => lines.join('\n'))

const frame = (header: string, content: string) => {
  const ticks = '`'.repeat(Math.max(4, fence(content).indexOf('\n')))
  return `${header}\n${ticks}\n${content}\n${ticks}`
}

test('messages are parsed word for word, whatever their content', () => {
  fc.assert(
    fc.property(fc.array(hostile, { maxLength: 4 }), (contents) => {
      const prompt = contents.map((content) => frame('[WORKER:w1] done', content)).join('\n\n')
      expect(readFrames(prompt)).toEqual(
        contents.map((content) => ({ kind: 'WORKER', workerId: 'w1', content })),
      )
    }),
  )
})

test('a fenced text is parsed as one block', () => {
  fc.assert(
    fc.property(hostile, (content) => {
      const { blocks, prose } = splitFences(`before\n${fence(content, 'sh')}\nafter`)
      expect(blocks).toEqual([{ language: 'sh', content }])
      expect(prose).toBe('before\nafter')
    }),
  )
})

test.each([
  ['a header without a fence', '[USER]\nhello'],
  ['a fence of three', '[USER]\n```\nhello\n```'],
  ['a frame that never closes', '[USER]\n````\nhello\n`````'],
  ['an unknown header', '[ROOT]\n````\nhello\n````'],
])('%s is not a message', (_, prompt) => {
  expect(readFrames(prompt)).toEqual([])
})
