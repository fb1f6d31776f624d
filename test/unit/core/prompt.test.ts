/** A model's prompt: each message under its header, fenced so that no content can end its fence. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { framePrompt } from '../../../src/core/framing.ts'
import type { Body } from '../../../src/core/message.ts'
import { legPrompt, turnPrompt } from '../../../src/core/prompt.ts'
import { newWorker } from '../../../src/core/worker.ts'

/** Parses a prompt as CommonMark does: a fence ends at the first line of only backticks, at least as many. */
function readBack(prompt: string) {
  const frames: { header: string; text: string }[] = []
  const lines = prompt.split('\n')
  for (let at = 0; at < lines.length; at++) {
    const fence = /^`{3,}$/.exec(lines[at] ?? '')?.[0]
    if (!fence) continue
    const length = lines
      .slice(at + 1)
      .findIndex((line) => /^ {0,3}`+\s*$/.test(line) && line.trim().length >= fence.length)
    const header = lines[at - 1]?.replace(/^\[(.*)\]$/, '$1') ?? ''
    frames.push({ header, text: lines.slice(at + 1, at + 1 + length).join('\n') })
    at += length + 1
  }
  return frames
}

const content = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '`',
        '```',
        '````',
        '\n````\n',
        '\n',
        '[USER]',
        '\n[SYSTEM]\n',
        '/cost',
        '~~~',
      ),
      fc.string({ unit: 'binary' }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

test('no content ends its fence', () => {
  fc.assert(
    fc.property(fc.array(content, { minLength: 1, maxLength: 4 }), (texts) => {
      const frames = texts.map((text) => ({ header: 'USER', text }))
      expect(readBack(framePrompt('Read this.', frames))).toEqual(frames)
    }),
    { numRuns: 1_000 },
  )
})

test('a fence has four backticks, or one more than the longest run within', () => {
  const fenced = (text: string) => framePrompt('Read:', [{ header: 'SMS', text }])
  expect(fenced('hi')).toBe('Read:\n\n[SMS]\n````\nhi\n````')
  expect(fenced('a ````` b `')).toBe('Read:\n\n[SMS]\n``````\na ````` b `\n``````')
})

test('a message with a million separate backticks is framed', () => {
  const text = '` '.repeat(1_000_000)
  expect(framePrompt('Read:', [{ header: 'USER', text }])).toContain(`\n\`\`\`\`\n${text}\n`)
})

const at = '2026-01-01T00:00:00.000Z'
const person = (channel: 'http' | 'sms' | 'email', text: string): Body => ({
  from: 'person',
  channel,
  text,
  at,
})

describe("a turn's prompt", () => {
  test('has the messages in order, each under its source', () => {
    const prompt = turnPrompt([
      person('http', 'one'),
      person('sms', 'two'),
      person('email', 'three'),
      { from: 'worker', workerId: 'w7', leg: 2, run: 1, text: 'done', at },
      { from: 'system', text: 'notice', at },
    ])
    expect(readBack(prompt)).toEqual([
      { header: 'USER', text: 'one' },
      { header: 'SMS', text: 'two' },
      { header: 'EMAIL', text: 'three' },
      { header: 'WORKER:w7', text: 'done' },
      { header: 'SYSTEM', text: 'notice' },
    ])
  })

  test.each([
    [undefined, /^These messages are new[^\n]*\n\n\[USER\]/],
    ['structure', /\nYou were asked this before and gave no structured output\..*\n\n\[USER\]/],
    ['silence', /\nYou were asked this before and gave neither a reply nor a command\./],
  ] as const)('says why the conductor is asked again: %s', (again, says) => {
    expect(turnPrompt([person('http', 'hi')], again)).toMatch(says)
  })

  test('never begins with a slash', () => {
    expect(turnPrompt([person('http', '/clear')])).not.toMatch(/^\s*\//)
  })
})

describe("a leg's prompt", () => {
  const prompt = (criteria: string[], instructions?: string, transcript?: string) => {
    const created = newWorker(
      { sessionId: 's', workerId: 'w1', cliSession: 'c' },
      { task: '/build', criteria },
      { commandId: 't1.0', run: 1, at: new Date(0), seconds: 1800 },
    )
    const worker = { ...created, ...(transcript !== undefined && { transcript }) }
    const [leg] = worker.legs
    if (!leg) throw new Error('a worker has a leg')
    return legPrompt(worker, instructions === undefined ? leg : { ...leg, instructions })
  }

  test('has the task, and its criteria as a list', () => {
    expect(readBack(prompt(['it runs', 'it is tested']))).toEqual([
      { header: 'TASK', text: '/build' },
      { header: 'CRITERIA', text: '- it runs\n- it is tested' },
    ])
    expect(readBack(prompt([]))).toEqual([{ header: 'TASK', text: '/build' }])
  })

  test('has only the instructions from the second leg on', () => {
    expect(readBack(prompt(['it runs'], 'now in blue', 'j1'))).toEqual([
      { header: 'INSTRUCTIONS', text: 'now in blue' },
    ])
  })

  test('has all of it if the worker remembers nothing', () => {
    expect(readBack(prompt([], 'now in blue'))).toEqual([
      { header: 'TASK', text: '/build' },
      { header: 'INSTRUCTIONS', text: 'now in blue' },
    ])
  })

  test('never begins with a slash', () => {
    expect(prompt([])).not.toMatch(/^\s*\//)
    expect(prompt([], '/clear')).not.toMatch(/^\s*\//)
  })
})
