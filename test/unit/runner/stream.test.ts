/** What is extracted from a run's events, without Claude Code. */
import { describe, expect, test } from 'vitest'
import { activityLine } from '../../../sandbox/activity.ts'
import { type Exit, failedBefore, resultOf } from '../../../sandbox/outcome.ts'
import { redactor } from '../../../sandbox/redact.ts'
import { ClaudeStream } from '../../../sandbox/stream.ts'

const WELL: Exit = { code: 0, signal: null, timedOut: false, stderr: '' }
const usage = (input: number, output: number) => ({ input_tokens: input, output_tokens: output })
const text = (text: string) => ({ type: 'text', text })
const bash = (command: string) => ({ type: 'tool_use', name: 'Bash', input: { command } })
const says = <Content extends unknown[]>(content: Content, more = {}) => ({
  type: 'assistant',
  message: { id: 'msg_1', model: 'any', content, usage: usage(10, 1), ...more },
})
const toolResult = { type: 'user', message: { content: [{ type: 'tool_result' }] } }
const prompt = (text: string) => ({
  type: 'user',
  message: { content: [{ type: 'text', text }] },
})
const ended = (more = {}) => ({ type: 'result', subtype: 'success', is_error: false, ...more })

function resultAfter(events: unknown[], exit = WELL) {
  const stream = new ClaudeStream(() => {})
  for (const event of events) stream.accept(JSON.stringify(event))
  return resultOf(stream, exit)
}

describe('the text', () => {
  test('follows the last tool result, and all of it is kept besides', () => {
    const events = [
      says([text('SPAWN'), bash('ls')]),
      toolResult,
      says([text('a')]),
      says([text('b')]),
      ended(),
    ]
    expect(resultAfter(events)).toMatchObject({ text: 'a\n\nb', allText: 'SPAWN\n\na\n\nb' })
  })

  test('is only that of the last answer, if Claude Code asks again by itself', () => {
    const sms = 'I tell Bob.\n\nSEND_SMS: +15550102 | Lunch is at noon.'
    const answer = says([text(sms)])
    const bad = says([{ type: 'tool_use', name: 'StructuredOutput', input: {} }])
    const events = [
      answer,
      prompt('[structured-output-enforce] You MUST call the tool.'),
      answer,
      bad,
      toolResult,
      says([text('Listing.'), bash('ls')]),
      toolResult,
      answer,
      ended(),
      prompt('a background task has ended'),
      says([text('before'), bash('ls')]),
      toolResult,
      says([text('last')]),
      ended(),
    ]
    expect(resultAfter(events.slice(0, 3)).allText).toBe(sms)
    expect(resultAfter(events.slice(0, 9)).allText).toBe(`Listing.\n\n${sms}`)
    expect(resultAfter(events)).toMatchObject({ text: 'last', allText: 'before\n\nlast' })
  })

  test.each([
    ['empty', [says([])]],
    ['a thought', [says([{ type: 'thinking', thinking: 'x' }])]],
    ['nothing', []],
  ])('is that of the answer before, if the last one is %s', (_, last) => {
    const events = [says([text('one')]), prompt('again'), ...last, ended()]
    expect(resultAfter(events)).toMatchObject({ text: 'one', allText: 'one' })
  })

  test.each([
    ['a skill that a tool call loads', [bash('x')], [toolResult, prompt('skill text')]],
    ['an answer that is cut at the output limit', [], [prompt('Output token limit hit. Resume.')]],
  ])('continues after %s', (_, calls, between) => {
    const events = [says([text('one'), ...calls]), ...between, says([text('two')]), ended()]
    expect(resultAfter(events).allText).toBe('one\n\ntwo')
  })

  test('excludes what subagents say, and what Claude Code says in place of the model', () => {
    const subagent = { ...says([text('sub'), bash('sub')]), parent_tool_use_id: 'toolu_1' }
    const own = says([text('API Error')], { model: '<synthetic>' })
    const events = [
      says([text('mine')]),
      subagent,
      { ...toolResult, parent_tool_use_id: 'x' },
      own,
      ended(),
    ]
    expect(resultAfter(events)).toMatchObject({
      text: 'mine',
      allText: 'mine',
      activity: ['Bash: sub'],
    })
  })

  test('is cut at 200,000 characters, with a note', () => {
    const { text: answer, allText } = resultAfter([says([text('😀'.repeat(150_000))]), ended()])
    expect(answer).toHaveLength(200_000)
    expect(answer).toMatch(/\[cut at 200,000 characters\]$/)
    expect(allText).toBe(answer)
    expect(answer.isWellFormed()).toBe(true)
  })

  test('survives lines that are not events', () => {
    const stream = new ClaudeStream(() => {})
    for (const line of ['', 'warning: x', '{"type":"new"}', '{"type":"result"}', 'null'])
      stream.accept(line)
    expect(resultOf(stream, WELL)).toMatchObject({ outcome: 'failed', text: '' })
  })
})

describe('the outcome', () => {
  test.each([
    ['done', [ended()], {}],
    ['failed', [ended({ is_error: true, result: 'API Error: 529' })], {}],
    ['failed', [ended()], { code: 1 }],
    ['failed', [], {}],
    ['failed', [], { code: null, signal: 'SIGKILL' as const }],
    ['timeout', [], { code: 143, timedOut: true }],
  ])('is %s for %j and %j', (outcome, events, exit) => {
    expect(resultAfter(events, { ...WELL, ...exit }).outcome).toBe(outcome)
  })

  test("of a failure has how it ended, the API's message and the end of stderr", () => {
    const stderr = Array.from({ length: 50 }, (_, line) => `line ${line}`).join('\n')
    const { error } = resultAfter([ended({ is_error: true, errors: ['Reached the limit'] })], {
      ...WELL,
      code: 1,
      stderr,
    })
    expect(error).toMatch(/^Claude Code ended with exit code 1\.\nReached the limit\nline 40\n/)
    expect(error).toMatch(/line 49$/)
  })

  test('of a failure has at most 2,000 characters', () => {
    expect(failedBefore('x'.repeat(5_000)).error).toHaveLength(2_000)
  })
})

describe('usage', () => {
  const counted = (inputTokens: number) => ({
    model_usage_since_last_result: {
      a: { inputTokens, outputTokens: 5 },
      b: { inputTokens: 1, cacheReadInputTokens: 7 },
    },
  })

  test('is the sum of all results, for all models', () => {
    const events = [says([text('x')]), says([text('y')]), ended(counted(100)), ended(counted(200))]
    expect(resultAfter(events).usage).toEqual({
      inputTokens: 302,
      outputTokens: 10,
      cacheReadTokens: 14,
      cacheWriteTokens: 0,
    })
  })

  test('without a result is counted once for each message, not for each block', () => {
    const events = [says([text('x')]), says([bash('y')]), says([text('z')], { id: 'msg_2' })]
    expect(resultAfter(events).usage).toMatchObject({ inputTokens: 20, outputTokens: 2 })
  })

  test('is omitted if nothing was counted', () => {
    expect(resultAfter([ended()])).not.toHaveProperty('usage')
  })
})

describe('an activity line', () => {
  test.each([
    [
      'Bash',
      { command: 'printf x |\n\tsha256sum', description: 'd' },
      'Bash: printf x | sha256sum',
    ],
    ['Read', { file_path: '/a', limit: 5 }, 'Read: /a'],
    ['Bash', { command: 'a\u001b[31m\u0007b\u202e' }, 'Bash: a [31m b'],
    ['mcp__x__y', { n: 1, name: 'z' }, 'mcp__x__y: z'],
    ['TaskStop', {}, 'TaskStop'],
  ])('of %s %j is %j', (tool, input, line) => {
    expect(activityLine(tool, input)).toBe(line)
  })

  test('has at most 200 characters and splits none', () => {
    const line = activityLine('Bash', { command: `x${'😀'.repeat(300)}` })
    expect(line).toHaveLength(200)
    expect(line.isWellFormed()).toBe(true)
  })

  test('is reported for every tool call except the structured output', () => {
    const structured = { type: 'tool_use', name: 'StructuredOutput', input: { reply: 'x' } }
    const calls = Array.from({ length: 250 }, (_, at) => bash(`echo ${at}`))
    const { activity } = resultAfter([says([...calls, structured]), ended()])
    expect(activity).toHaveLength(200)
    expect(activity.at(-1)).toBe('Bash: echo 249')
  })
})

test('secrets are replaced wherever they occur, but not what is too short to be one', () => {
  const redact = redactor(['long-secret', 'ab', ''])
  expect(redact('ab long-secret, long-secret')).toBe('ab [redacted], [redacted]')
})
