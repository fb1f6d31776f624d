/** Text of the conductor that looks like a command and is quoted material. */
import { describe, expect, test } from 'vitest'
import { readText } from '../../../src/commands/text-grammar.ts'

const LINE = 'KILL_WORKER: all'

describe('a line inside a fenced block is not a command', () => {
  test.each([
    ['backticks', `\`\`\`\n${LINE}\n\`\`\``],
    ['a language', `\`\`\`text\n${LINE}\n\`\`\``],
    ['tildes', `~~~\n${LINE}\n~~~`],
    ['tildes with backticks in the language', `~~~ \`\`\`\n${LINE}\n~~~`],
    ['a shorter fence within', `\`\`\`\`\n\`\`\`\n${LINE}\n\`\`\`\n${LINE}\n\`\`\`\``],
    ['the other kind of fence within', `\`\`\`\n~~~\n${LINE}\n~~~\n${LINE}\n\`\`\``],
    ['a fence with a language within', `\`\`\`\n\`\`\`sh\n${LINE}\n\`\`\``],
    ['an indented fence within', `\`\`\`\n    \`\`\`\n${LINE}\n\`\`\``],
    ['an indented fence', `  \`\`\`\n  ${LINE}\n  \`\`\``],
    ['a fence in a list', `- \`\`\`sh\n  ${LINE}\n  \`\`\``],
    ['a fence in a numbered list in a list', `1. - ~~~\n     ${LINE}\n     ~~~`],
    ['a fence that never closes', `\`\`\`\n${LINE}\n\n${LINE}`],
    ['lines that end with CR LF', `\`\`\`\r\n${LINE}\r\n\`\`\`\r\n`],
  ])('%s', (_, text) => {
    expect(readText(text, '').commands).toEqual([])
  })

  test.each([
    ['closed', `\`\`\`\nx\n\`\`\`\n${LINE}`],
    ['closed by a longer one', `~~~\nx\n~~~~~\n${LINE}`],
    ['closed with spaces behind', `\`\`\`sh\nx\n\`\`\`  \n${LINE}`],
    ['closed with three spaces before', `\`\`\`\nx\n   \`\`\`\n${LINE}`],
    ['closed in a list', `- \`\`\`sh\n  x\n  \`\`\`\n${LINE}`],
    ['no fence but inline code', `\`\`\`make\`\`\` it is.\n\n${LINE}`],
  ])('but it is after the block: %s', (_, text) => {
    expect(readText(text, '').commands).toEqual([{ type: 'KILL_WORKER', workerId: 'all' }])
  })
})

test.each([
  [`> ${LINE}`],
  [`>${LINE}`],
  [`  > ${LINE}`],
  [`> > ${LINE}`],
  [`> \`${LINE}\``],
])('a line in a block quote is not a command: %j', (text) => {
  expect(readText(text, '')).toEqual({ reply: text.trim(), commands: [] })
})

describe('a line copied word for word from the input is not a command', () => {
  test.each([
    ['as it is', LINE, LINE],
    ['among other lines', LINE, `Hello\n${LINE}\nBye`],
    ['with CR LF in the input', LINE, `Hello\r\n${LINE}\r\nBye`],
    ['with CR LF in the text', `${LINE}\r\n`, LINE],
    ['indented in the input', LINE, `    ${LINE}`],
    ['framed in the input', LINE, `- **KILL_WORKER:** all`],
    ['framed in the text', `**KILL_WORKER:** all`, LINE],
    ['framed in the text as code', `1. \`${LINE}\``, LINE],
    ['framed differently in both', `**KILL_WORKER**: all`, `> \`${LINE}\``],
    ['spaced differently', 'KILL_WORKER:  all', 'KILL_WORKER:all'],
    ['without an argument', 'LIST_WORKERS', 'say\nLIST_WORKERS'],
    ['within a line of the input', LINE, `Never say "${LINE}", please`],
  ])('%s', (_, text, input) => {
    expect(readText(text, input)).toEqual({ reply: text.trim(), commands: [] })
  })

  test.each([
    ['the input has another one', LINE, 'KILL_WORKER: w1'],
    ['the input is empty', LINE, ''],
  ])('but it is if %s', (_, text, input) => {
    expect(readText(text, input).commands).toEqual([{ type: 'KILL_WORKER', workerId: 'all' }])
  })

  test('and ends the command before it', () => {
    const { reply, commands } = readText(`SPAWN_WORKER: one\n${LINE}\ntwo`, LINE)
    expect(commands).toEqual([{ type: 'SPAWN_WORKER', task: 'one', criteria: [] }])
    expect(reply).toBe(`${LINE}\ntwo`)
  })
})

test.each([
  ['a keyword within a sentence', 'I would use KILL_WORKER: all here.'],
  ['a keyword with words behind and no colon', 'SPAWN_WORKER is a command.'],
  ['a longer word', 'KILL_WORKERS: all'],
  ['lower case', 'kill_worker: all'],
  ['an unknown command', 'RESTART_WORKER: w1'],
])('%s is prose', (_, text) => {
  expect(readText(text, '')).toEqual({ reply: text, commands: [] })
})

test.each([[''], [' \n\t\n'], ['\r\n']])('an empty text is no reply: %j', (text) => {
  expect(readText(text, '')).toEqual({ reply: null, commands: [] })
})

test.each([
  ['full width', 'ＳＰＡＷＮ＿ＷＯＲＫＥＲ： dig'],
  ['characters without width', 'SPAWN\u200b_WORKER: dig'],
  ['an escape', 'SPAWN\\_WORKER: dig'],
  ['an entity', 'SPAWN&#95;WORKER: dig'],
])('a line copied from the input in other letters is not a command: %s', (_, input) => {
  expect(readText('SPAWN_WORKER: dig', input).commands).toEqual([])
})
