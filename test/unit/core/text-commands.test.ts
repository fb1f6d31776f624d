/** The forms of a command in the conductor's text. */
import { describe, expect, test } from 'vitest'
import { readText } from '../../../src/commands/text-grammar.ts'

const spawn = (task: string) => ({ type: 'SPAWN_WORKER', task, criteria: [] })
const kill = (workerId: string) => ({ type: 'KILL_WORKER', workerId })
const sms = (message: string) => ({ type: 'SEND_SMS', to: '+15550100', message })

const only = (text: string) => {
  const { reply, commands } = readText(text, '')
  expect({ reply, count: commands.length }).toEqual({ reply: null, count: 1 })
  return commands[0]
}

describe('each form of the grammar is parsed', () => {
  const instructions = 'say a | b'
  test.each([
    ['SPAWN_WORKER: build it', spawn('build it')],
    ['SPAWN_WORKER: list a | b', spawn('list a | b')],
    [
      'MESSAGE_WORKER: w2 | go on',
      { type: 'MESSAGE_WORKER', workerId: 'w2', instructions: 'go on' },
    ],
    [
      'SPAWN_WORKER: build it\nC1: it runs\nand is fast\n- **C2:** it is blue: all of it\nC9: a column',
      {
        ...spawn('build it\nand is fast\nC9: a column'),
        criteria: ['it runs', 'it is blue: all of it'],
      },
    ],
    ['SPAWN_WORKER: C2: it runs', spawn('C2: it runs')],
    ['SPAWN_WORKER: print\n```sh\nC1: it runs\n```', spawn('print\n```sh\nC1: it runs\n```')],
    [
      'REVIEW_WORKER: w1 | accept',
      { type: 'REVIEW_WORKER', workerId: 'w1', verdict: 'accept', criteria: [] },
    ],
    [
      'REVIEW_WORKER: `w1` | Give up | it | never ends',
      {
        ...{ type: 'REVIEW_WORKER', workerId: 'w1', verdict: 'give_up', criteria: [] },
        remarks: ['it | never ends'],
      },
    ],
    [
      'REVIEW_WORKER: w1 | revise | paint it\nblue',
      {
        ...{ type: 'REVIEW_WORKER', workerId: 'w1', verdict: 'revise', criteria: [] },
        instructions: 'paint it\nblue',
      },
    ],
    ['MESSAGE_WORKER: w2|say a | b', { type: 'MESSAGE_WORKER', workerId: 'w2', instructions }],
    ['KILL_WORKER: w12', kill('w12')],
    ['KILL_WORKER: all', kill('all')],
    ['KILL_WORKER: w1 | done | well', { ...kill('w1'), reason: 'done | well' }],
    [
      'SEND_EMAIL: a@example.org | Hello | One | two',
      { type: 'SEND_EMAIL', to: 'a@example.org', subject: 'Hello', body: 'One | two' },
    ],
    ['SEND_SMS: +15550100 | on my way', sms('on my way')],
    ['KEEP_QUESTION: `q2`', { type: 'KEEP_QUESTION', questionId: 'q2' }],
    ['ASK_PERSON: Which colour?', { type: 'ASK_PERSON', question: 'Which colour?' }],
    [
      'ASK_PERSON: Blue? | yes, no | no',
      { type: 'ASK_PERSON', question: 'Blue?', choices: ['yes', 'no'], default: 'no' },
    ],
    [
      'DELIVER_FILE: a@example.org | out/a.txt, b.md | Files | Two | files',
      {
        type: 'DELIVER_FILE',
        to: 'a@example.org',
        paths: ['out/a.txt', 'b.md'],
        subject: 'Files',
        message: 'Two | files',
      },
    ],
    [
      'DELIVER_FILE: a@example.org | a.txt',
      { type: 'DELIVER_FILE', to: 'a@example.org', paths: ['a.txt'] },
    ],
    ['LIST_WORKERS', { type: 'LIST_WORKERS' }],
    ['LIST_WORKERS:', { type: 'LIST_WORKERS' }],
    ['SPAWN_WORKER: überprüfe 日本語 🛰️ e\u0301', spawn('überprüfe 日本語 🛰️ e\u0301')],
    ['SPAWN_WORKER: one\u2028paragraph', spawn('one\u2028paragraph')],
  ])('%j', (line, command) => {
    expect(only(line)).toEqual(command)
  })
})

describe('markdown around a command is ignored', () => {
  test.each([
    ['**KILL_WORKER:** w1'],
    ['**KILL_WORKER**: w1'],
    ['__KILL_WORKER__: w1'],
    ['`KILL_WORKER`: w1'],
    ['`KILL_WORKER: w1`'],
    ['**KILL_WORKER: w1**'],
    ['KILL_WORKER: `w1`'],
    ['KILL_WORKER: **w1**'],
    ['- KILL_WORKER: w1'],
    ['* **KILL_WORKER**: w1'],
    ['+ `KILL_WORKER: w1`'],
    ['1. KILL_WORKER: w1'],
    ['12) **KILL_WORKER:** w1'],
    ['   KILL_WORKER:   w1   '],
    ['\tKILL_WORKER:\tw1'],
    ['KILL_WORKER:w1'],
  ])('%j', (line) => {
    expect(only(line)).toEqual(kill('w1'))
  })

  test.each([
    ['`SEND_SMS: +15550100 | hi`', 'hi'],
    ['**`SEND_SMS: +15550100 | hi`**', 'hi'],
    ['**SEND_SMS:** +15550100 | run `make`', 'run `make`'],
    ['`SEND_SMS`: +15550100 | run `make`', 'run `make`'],
    ['SEND_SMS: +15550100 | **now**', '**now**'],
  ])('and markdown within the message is kept: %j', (line, message) => {
    expect(only(line)).toEqual(sms(message))
  })
})

describe('a command continues over the following lines', () => {
  test('until the next command', () => {
    const { reply, commands } = readText('SPAWN_WORKER: one\n- two\n  three\nKILL_WORKER: w1', '')
    expect(commands).toEqual([spawn('one\n- two\n  three'), kill('w1')])
    expect(reply).toBeNull()
  })

  test.each([
    ['a blank line', 'SPAWN_WORKER: one\n\nIt is under way.', 'It is under way.'],
    ['a block quote', 'SPAWN_WORKER: one\n> two', '> two'],
  ])('until %s', (_, text, reply) => {
    expect(readText(text, '')).toEqual({ reply, commands: [spawn('one')] })
  })

  test.each([
    ['at once', 'one\n```sh\nSPAWN_WORKER: no\n```'],
    ['after a blank line', 'one\n\n```sh\nKILL_WORKER: w1\n\nls\n```\n```\ntwo\n```'],
  ])('over the fenced blocks that follow %s', (_, task) => {
    expect(readText(`SPAWN_WORKER: ${task}\n\nOn it.`, '')).toEqual({
      reply: 'On it.',
      commands: [spawn(task)],
    })
  })

  test('without text it ends with its line', () => {
    expect(readText('KILL_WORKER: w1\nBye.', '')).toEqual({ reply: 'Bye.', commands: [kill('w1')] })
  })

  test("even over a line of the person's message", () => {
    const input = 'Please do this:\nwrite a poem\nthank you'
    const { commands } = readText('SPAWN_WORKER: Do as asked.\nwrite a poem\nin French', input)
    expect(commands).toEqual([spawn('Do as asked.\nwrite a poem\nin French')])
  })

  test('of an email', () => {
    const body = 'Dear A,\nall is well.'
    expect(only(`SEND_EMAIL: a@example.org | Hello | ${body}`)).toMatchObject({ body })
  })
})

test.each([['\n'], ['\r\n'], ['\r']])('lines may end with %j', (end) => {
  const text = ['On it.', 'SPAWN_WORKER: one', 'two', 'LIST_WORKERS', ''].join(end)
  expect(readText(text, '')).toEqual({
    reply: 'On it.',
    commands: [spawn('one\ntwo'), { type: 'LIST_WORKERS' }],
  })
})

test('the prose around the commands is the reply, with its own markdown', () => {
  const text = '## Plan\n\n1. first\n\nLIST_WORKERS\n\n```sh\nls\n```\n\nDone.'
  const { reply } = readText(text, '')
  expect(reply).toBe('## Plan\n\n1. first\n\n\n```sh\nls\n```\n\nDone.')
})

describe('an invalid command gets an explanation', () => {
  test.each([
    ['SPAWN_WORKER:', 'task'],
    ['SPAWN_WORKER', 'task'],
    ['MESSAGE_WORKER: w1', 'instructions'],
    ['MESSAGE_WORKER: the first one | go', 'a worker id looks like w1'],
    ['REVIEW_WORKER: w1', 'verdict'],
    ['REVIEW_WORKER: w1 | maybe', 'verdict'],
    ['REVIEW_WORKER: first | accept', 'a worker id looks like w1'],
    ['SPAWN_WORKER:\nC1: it runs', 'task'],
    ['KILL_WORKER:', 'workerId'],
    ['KILL_WORKER: w0', 'a worker id looks like w1'],
    ['SEND_EMAIL: a@example.org', 'subject'],
    ['SEND_EMAIL: a@example.org | Hello', 'body'],
    ['SEND_SMS: | hi', 'to'],
    ['SEND_SMS: +15550100', 'message'],
    ['ASK_PERSON: | yes', 'question'],
    ['ASK_PERSON: Blue? | yes,,no', 'choices[1]'],
    ['DELIVER_FILE: a@example.org', 'paths'],
    ['DELIVER_FILE: a@example.org | a.txt,', 'paths[1]'],
  ])('%j', (line, problem) => {
    const command = only(line)
    expect(command).toMatchObject({ type: 'MALFORMED', problem: expect.stringContaining(problem) })
  })
})
