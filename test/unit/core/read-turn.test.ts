/** When a conductor's result is accepted, and when the conductor is asked again, and what for. */
import { describe, expect, test } from 'vitest'
import type { Result } from '../../../src/contract/runner.ts'
import type { TroubleKind } from '../../../src/core/model-trouble.ts'
import { acceptedTurnReply, readTurnReply } from '../../../src/core/read-turn.ts'
import type { AskAgain, Waiting } from '../../../src/core/session.ts'

const result = (given: Partial<Result>): Result => ({
  outcome: 'done',
  text: '',
  allText: '',
  activity: [],
  ...given,
})

const from = (...senders: Waiting['from'][]): Waiting[] =>
  senders.map((sender, i) => ({ seq: i + 1, id: `m${i}`, from: sender, size: 1 }))

const turn = (again?: AskAgain, messages = from('person')) => ({
  ...(again && { again }),
  messages,
})

const silence = { reply: null, commands: [] }
const list = { type: 'LIST_WORKERS' }

describe('a job that did not end well is repeated', () => {
  test.each([
    ['failed', 'exit code 1', 'exit code 1'],
    ['timeout', undefined, "the conductor's turn ended with timeout"],
  ] as const)('%s', (outcome, error, trouble) => {
    const given = result({
      outcome,
      structured: { reply: 'half', commands: [] },
      ...(error && { error }),
    })
    expect(readTurnReply(given, turn(), '')).toEqual({ askAgain: { trouble } })
  })
})

describe('if the model kept it from ending well, it is not repeated, and there is advice', () => {
  const failed = result({ outcome: 'failed', error: 'Failed to authenticate. API Error: 401 x' })
  const trouble = (kind: TroubleKind) => ({ kind, since: 0, at: 0, count: 1 })

  test.each([
    ['key', /secret anthropic-api-key/],
    ['permission', /secret anthropic-api-key/],
    ['credit', /add(?:ed)? credit/],
    ['model', /setting "model"/],
    ['length', /\/new-session/],
    ['request', /\/new-session/],
    ['limit', /raise the limit/],
    ['overloaded', /send it again later/],
    ['silent', /send it again later/],
  ] as const)('%s', (kind, advice) => {
    const reading = readTurnReply(failed, turn(), '', trouble(kind))
    expect(reading).toEqual({
      askAgain: { trouble: expect.any(String), advice: expect.stringMatching(advice) },
    })
    expect(JSON.stringify(reading)).not.toContain('authenticate')
  })

  test('also if Claude Code itself finds the prompt too long', () => {
    const given = result({ outcome: 'failed', error: 'exit code 1\nPrompt is too long' })
    expect(readTurnReply(given, turn(), '')).toMatchObject({
      askAgain: { advice: expect.stringContaining('/new-session') },
    })
  })

  test('but at a budget, where the run pauses', () => {
    expect(readTurnReply(failed, turn(), '', trouble('budget'))).toEqual({
      askAgain: { trouble: 'a budget is used up' },
    })
  })
})

test('people do not see the addresses of the gateway', () => {
  const error =
    'API Error: 529 Overloaded. This is a server-side issue, usually temporary — try again in a moment. If it persists, check your inference gateway (127.0.0.1:33923).\nsee http://10.1.2.3:80/x and abc.lambda-url.eu-west-1.on.aws'
  expect(readTurnReply(result({ outcome: 'failed', error }), turn(), '')).toEqual({
    askAgain: {
      trouble:
        'API Error: 529 Overloaded. This is a server-side issue, usually temporary — try again in a moment.\nsee [address] and [address]',
    },
  })
})

describe('without structured output', () => {
  const prose = result({ text: 'Bye', allText: 'On it.\nLIST_WORKERS\n\nBye' })

  test.each([
    ['there is none', prose],
    ['it is of another shape', { ...prose, structured: { reply: 5 } }],
  ])('the conductor is asked for it once: %s', (_, given) => {
    const trouble = 'the conductor gave no structured output'
    expect(readTurnReply(given, turn(), '')).toEqual({ askAgain: { again: 'structure', trouble } })
  })

  test.each(['structure', 'silence'] as const)('after %s its whole text is read', (again) => {
    const accept = { reply: 'On it.\n\nBye', commands: [list] }
    expect(readTurnReply(prose, turn(again), '')).toEqual({ accept, silent: false })
    expect(acceptedTurnReply(prose, '')).toEqual(accept)
  })

  test('words of the input are not commands', () => {
    const { reply, commands } = acceptedTurnReply(prose, 'LIST_WORKERS')
    expect({ reply, commands }).toEqual({ reply: prose.allText, commands: [] })
  })
})

test('structured output is used, not the text', () => {
  const structured = { reply: 'hi', commands: [list] }
  const given = result({ structured, allText: 'KILL_WORKER: all' })
  expect(readTurnReply(given, turn(), '')).toEqual({ accept: structured, silent: false })
  expect(acceptedTurnReply(given, '')).toEqual(structured)
})

describe('silence towards a person', () => {
  const trouble = 'the conductor gave no answer'

  test.each([
    ['at first', undefined],
    ['after structure was asked for', 'structure'],
  ] as const)('is questioned: %s', (_, again) => {
    const given = result({ structured: silence })
    expect(readTurnReply(given, turn(again), '')).toEqual({
      askAgain: { again: 'silence', trouble },
    })
  })

  test('is questioned even if the text is empty too', () => {
    const reading = readTurnReply(result({ allText: ' \n' }), turn('structure'), '')
    expect(reading).toEqual({ askAgain: { again: 'silence', trouble } })
  })

  test('is accepted the second time', () => {
    const given = result({ structured: silence })
    expect(readTurnReply(given, turn('silence'), '')).toEqual({ accept: silence, silent: true })
  })

  test.each([
    ['a reply', { reply: 'hi', commands: [] }],
    ['work', { reply: null, commands: [list] }],
    ['a malformed command', { reply: null, commands: [{ type: 'FLY' }] }],
  ])('is not %s', (_, structured) => {
    expect(readTurnReply(result({ structured }), turn(), '')).toMatchObject({ silent: false })
  })

  test.each([
    [from('worker')],
    [from('system', 'worker')],
  ])('does not count if nobody waits: %j', (messages) => {
    const given = result({ structured: silence })
    expect(readTurnReply(given, turn(undefined, messages), '')).toEqual({
      accept: silence,
      silent: false,
    })
  })

  test('counts if a person is among the senders', () => {
    const given = result({ structured: silence })
    const messages = from('worker', 'person')
    expect(readTurnReply(given, turn('silence', messages), '')).toEqual({
      accept: silence,
      silent: true,
    })
  })
})
