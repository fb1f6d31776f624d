/** Any text of the conductor is parsed, in time linear to its length. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readText } from '../../../src/commands/text-grammar.ts'

const fragment = fc.constantFrom(
  'SPAWN_WORKER: do',
  '**KILL_WORKER:** ',
  'MESSAGE_WORKER',
  'w1',
  ' | ',
  '|',
  '```',
  '~~~~',
  '> ',
  '- ',
  '1. ',
  '*',
  '`',
  '\n',
  '\n\n',
  '\r\n',
  '\u2028',
  '\0',
)
const hostile = fc
  .array(fc.oneof(fragment, fc.string({ unit: 'binary' })), { maxLength: 30 })
  .map((parts) => parts.join(''))

test('no text makes it throw', () => {
  fc.assert(
    fc.property(hostile, hostile, (text, input) => {
      const { reply, commands } = readText(text, input)
      expect(reply === null || reply.trim() !== '').toBe(true)
      for (const command of commands) expect(command.type).toMatch(/^[A-Z_]+$/)
    }),
    { numRuns: 2_000 },
  )
})

test('a text without keywords is all reply', () => {
  const keywordless = hostile.filter((text) => !/_(WORKERS?|EMAIL|SMS|FILE)/.test(text))
  fc.assert(
    fc.property(keywordless, hostile, (text, input) => {
      const reply = text.replaceAll(/\r\n?/g, '\n').trim()
      expect(readText(text, input)).toEqual({ reply: reply || null, commands: [] })
    }),
  )
})

test('a text that equals its input has no commands', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(readText(text, text).commands).toEqual([])
    }),
  )
})

test('no content of a fence around it is a command', () => {
  fc.assert(
    fc.property(hostile, (content) => {
      const longest = Math.max(3, ...[...content.matchAll(/~+/g)].map(([run]) => run.length))
      const fence = '~'.repeat(longest + 1)
      expect(readText(`${fence}\n${content}\n${fence}`, '').commands).toEqual([])
    }),
  )
})

/** Texts on which a careless regular expression takes quadratic time: half a minute here. */
describe("200 kB are parsed within a test's time limit", () => {
  const many = (part: string) => part.repeat(200_000 / part.length)
  test.each([
    ['marks within a line', `x${many('*')}x`],
    ['marks behind an id', `KILL_WORKER: w1${many('`')}x`],
    ['marks behind a keyword', `KILL_WORKER${many('_')}x`],
    ['spaces before a keyword', `${many(' ')}x`],
    ['spaces behind a colon', `SPAWN_WORKER:${many(' ')}x\u2028y`],
    ['spaces at the end', `SPAWN_WORKER: x${many(' ')}y`],
    ['list marks', `${many('- ')}x`],
    ['digits', `${many('1')}x`],
    ['bars', `SEND_EMAIL: ${many('|')}`],
    ['backticks', `x\n${many('`')}x\`\n`],
    ['quotes', many('>')],
    ['fences', many('```\n~~~\n')],
    ['commands', many('LIST_WORKERS\n')],
    ['blank lines', `SPAWN_WORKER: x${many('\n')}`],
    ['continuation lines', `SPAWN_WORKER: x${many('\ny')}`],
    ['one long word', many('a')],
  ])('%s', (_, text) => {
    expect(() => readText(text, text)).not.toThrow()
    expect(() => readText(text, '')).not.toThrow()
  })
})
