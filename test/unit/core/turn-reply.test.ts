/** A conductor's structured output: what is accepted, what is refused and why, and its schema. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import {
  checkCommands,
  commandId,
  parseStructured,
  spawnedIds,
  spawnTotal,
  turnReplySchema,
} from '../../../src/commands/turn-reply.ts'

const list = { type: 'LIST_WORKERS' } as const
const spawn = { type: 'SPAWN_WORKER', task: 'build it', criteria: ['it runs'] } as const

const valid: Record<string, unknown>[] = [
  spawn,
  { ...spawn, attempts: 5 },
  { type: 'MESSAGE_WORKER', workerId: 'w1', instructions: 'go on' },
  {
    type: 'MESSAGE_WORKER',
    workerId: 'w1',
    instructions: 'go on',
    changes: [
      { id: 'C1', text: 'it is blue', reason: 'asked for' },
      { text: 'x', reason: 'y' },
    ],
  },
  { type: 'REVIEW_WORKER', workerId: 'w1', verdict: 'give_up', criteria: [] },
  {
    type: 'REVIEW_WORKER',
    workerId: 'w1',
    verdict: 'revise',
    criteria: [
      {
        id: 'C1',
        status: 'met',
        procedure: 'ran it',
        command: 'make',
        exitStatus: 0,
        excerpt: 'ok',
      },
      { id: 'C2', status: 'unmet', artifact: 'a.txt' },
    ],
    instructions: 'go on',
    remarks: ['odd'],
    disagreement: 'C1: it runs here',
    changes: [{ text: 'it is blue', reason: 'asked for' }],
  },
  { type: 'KILL_WORKER', workerId: 'w999999' },
  { type: 'KILL_WORKER', workerId: 'all', accepted: true, reason: 'done' },
  { type: 'SEND_EMAIL', to: 'a@example.org', subject: 'Hello', body: 'text' },
  { type: 'SEND_SMS', to: '+15550100', message: 'text' },
  { type: 'DELIVER_FILE', to: 'a@example.org', paths: ['a.txt'] },
  {
    type: 'DELIVER_FILE',
    to: 'a@example.org',
    workerId: 'w1',
    paths: ['a', 'b'],
    subject: '',
    message: '',
  },
  { type: 'ASK_PERSON', question: 'Which one?' },
  {
    type: 'ASK_PERSON',
    question: 'This one?',
    choices: ['yes', 'no'],
    remindAfterHours: 1,
    expiresAfterHours: 0.5,
    default: 'no',
  },
  list,
]

const invalid: [unknown, string][] = [
  [{ type: 'RESTART_WORKER' }, "Expected 'SPAWN_WORKER'"],
  [{}, "Expected 'SPAWN_WORKER'"],
  ['LIST_WORKERS', 'expected object, received string'],
  [null, 'expected object, received null'],
  [{ type: 'SPAWN_WORKER' }, 'at task'],
  [{ type: 'SPAWN_WORKER', task: '' }, 'at task'],
  [{ ...spawn, criteria: Array(21).fill('x') }, 'at criteria'],
  [{ ...spawn, criteria: 'it runs' }, 'at criteria'],
  [{ ...spawn, attempts: 1 }, 'at attempts'],
  [{ ...spawn, attempts: 6 }, 'at attempts'],
  [{ ...spawn, attempts: 2.5 }, 'at attempts'],
  [{ type: 'MESSAGE_WORKER', workerId: 'w1', instructions: 'x'.repeat(64_001) }, 'at instructions'],
  [{ type: 'MESSAGE_WORKER', workerId: '../w1', instructions: 'x' }, 'a worker id looks like w1'],
  [{ type: 'REVIEW_WORKER', workerId: 'w1', verdict: 'maybe', criteria: [] }, 'at verdict'],
  [
    {
      type: 'REVIEW_WORKER',
      workerId: 'w1',
      verdict: 'accept',
      criteria: [{ id: 'first', status: 'met' }],
    },
    'a criterion id looks like C1',
  ],
  [
    {
      ...{ type: 'MESSAGE_WORKER', workerId: 'w1', instructions: 'x' },
      changes: [{ id: 'C1', text: 'y' }],
    },
    'at changes[0].reason',
  ],
  [{ type: 'KILL_WORKER', workerId: 'w1', accepted: 'yes' }, 'at accepted'],
  [{ type: 'SEND_EMAIL', to: 'a@example.org', body: 'text' }, 'at subject'],
  [{ type: 'SEND_SMS', to: '', message: 'text' }, 'at to'],
  [{ type: 'DELIVER_FILE', to: 'a@example.org', paths: [] }, 'at paths'],
  [{ type: 'ASK_PERSON' }, 'at question'],
  [{ type: 'ASK_PERSON', question: 'Which?', choices: Array(10).fill('x') }, 'at choices'],
  [{ type: 'ASK_PERSON', question: 'Which?', expiresAfterHours: 0 }, 'at expiresAfterHours'],
]

test.each(valid)('is accepted: $type', (command) => {
  expect(parseStructured({ reply: 'ok', commands: [command] })).toEqual({
    reply: 'ok',
    commands: [command],
  })
})

test.each(invalid)('is refused with the reason: %j', (asked, problem) => {
  expect(checkCommands([asked])).toEqual([
    {
      type: 'MALFORMED',
      asked: JSON.stringify(asked).slice(0, 500),
      problem: expect.stringContaining(problem),
    },
  ])
})

test.each([
  ['a blank text', { ...spawn, task: ' \n' }],
  ['a text too long', { ...spawn, task: 'x'.repeat(64_001) }],
])('%s is not a task', (_, command) => {
  expect(checkCommands([command])).toMatchObject([{ type: 'MALFORMED' }])
})

test('one invalid command among valid ones is refused alone, in its place', () => {
  const answer = parseStructured({ reply: null, commands: [list, { type: 'FLY' }, spawn] })
  expect(answer?.commands).toMatchObject([list, { type: 'MALFORMED' }, spawn])
})

test('commands beyond the twentieth are refused together, with their number', () => {
  const commands = [...Array(20).fill(list), spawn, spawn, { type: 'FLY' }]
  const checked = checkCommands(commands)
  expect(checked).toHaveLength(21)
  expect(checked.slice(0, 20)).toEqual(Array(20).fill(list))
  expect(checked[20]).toMatchObject({
    type: 'MALFORMED',
    asked: expect.stringContaining('build it'),
    problem: 'a turn may have at most 20 commands, so the last 3 were not done',
  })
  expect(checkCommands(commands.slice(0, 20))).toEqual(Array(20).fill(list))
})

describe('a structured output', () => {
  test.each([
    ['null', { reply: null, commands: [] }, null],
    ['nothing', { commands: [] }, null],
    ['blank', { reply: ' \n', commands: [] }, null],
    ['text', { reply: ' *hi* \n', commands: [] }, ' *hi* \n'],
    ['text, and no commands at all', { reply: 'hi' }, 'hi'],
  ])('may have the reply %s', (_, value, reply) => {
    expect(parseStructured(value)).toEqual({ reply, commands: [] })
  })

  test.each([
    [undefined],
    [null],
    ['text'],
    [[]],
    [{ reply: 5 }],
    [{ reply: null, commands: 'none' }],
    [{ reply: null, commands: { 0: list } }],
  ])('is invalid: %j', (value) => {
    expect(parseStructured(value)).toBeUndefined()
  })

  test('is parsed or refused, whatever it is', () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.record({ reply: fc.jsonValue(), commands: fc.array(fc.jsonValue()) }),
    )
    fc.assert(
      fc.property(value, (given) => {
        const answer = parseStructured(given)
        for (const command of answer?.commands ?? []) expect(command.type).toMatch(/^[A-Z_]+$/)
      }),
    )
  })
})

describe('the schema for the conductor', () => {
  const schema = z.fromJSONSchema(turnReplySchema)
  const accepts = (command: unknown) =>
    schema.safeParse({ reply: null, commands: [command] }).success

  test.each(valid)('allows what is accepted: $type', (command) => {
    expect(accepts(command)).toBe(true)
  })

  test.each(invalid)('allows nothing that is refused: %j', (command) => {
    expect(accepts(command)).toBe(false)
  })

  test('requires both a reply and commands', () => {
    expect(turnReplySchema).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      required: ['reply', 'commands'],
    })
  })
})

test('commands are named by turn and position, workers by number', () => {
  expect([commandId(3, 0), commandId(12, 19)]).toEqual(['t3.0', 't12.19'])
  const several = { ...spawn, attempts: 3 }
  const commands = checkCommands([spawn, list, { type: 'SPAWN_WORKER' }, several, spawn])
  expect(spawnedIds(commands, 4)).toEqual(
    new Map([
      [0, ['w4']],
      [3, ['w5', 'w6', 'w7']],
      [4, ['w8']],
    ]),
  )
  expect(spawnTotal(commands)).toBe(5)
})
