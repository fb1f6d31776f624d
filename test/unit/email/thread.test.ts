/** The thread of an email is found, and a reply becomes a part of it. */
import { describe, expect, test } from 'vitest'
import {
  ownMessageId,
  replySubject,
  sessionIdOf,
  threadCandidates,
} from '../../../src/channels/email/thread.ts'

const ids = (count: number) => Array.from({ length: count }, (_, at) => `<m${at + 1}@example.com>`)

describe('a thread is looked up by', () => {
  test('In-Reply-To, then References from its end', () => {
    const references = ids(3)
    expect(threadCandidates({ inReplyTo: '<m2@example.com>', references })).toEqual([
      '<m2@example.com>',
      '<m3@example.com>',
      '<m1@example.com>',
    ])
  })

  test('at most 20 of them', () => {
    const candidates = threadCandidates({ references: ids(300) })
    expect(candidates).toHaveLength(20)
    expect(candidates[0]).toBe('<m300@example.com>')
  })

  test('nothing, at the beginning of a thread', () => {
    expect(threadCandidates({ references: [] })).toEqual([])
  })
})

describe("Baton's Message-ID", () => {
  const email = { sessionId: 'main', seq: 7, name: 'reply' }
  const id = ownMessageId('key', email, 'in.example.com')

  test('is valid by RFC 5322, and deterministic', () => {
    expect(id).toMatch(/^<[A-Za-z0-9_-]{32}@in\.example\.com>$/)
    expect(ownMessageId('key', { ...email }, 'in.example.com')).toBe(id)
  })

  test.each([
    ['key', ownMessageId('key2', email, 'in.example.com')],
    ['session', ownMessageId('key', { ...email, sessionId: 'main7' }, 'in.example.com')],
    ['number', ownMessageId('key', { ...email, seq: 8 }, 'in.example.com')],
    ['name', ownMessageId('key', { ...email, name: 'file' }, 'in.example.com')],
    ['domain', ownMessageId('key', email, 'example.net')],
  ])('differs for another %s', (_, other) => {
    expect(other).not.toBe(id)
  })
})

test('the session id of an email is valid and deterministic', () => {
  const id = sessionIdOf('<a@example.com>')
  expect(id).toMatch(/^mail-[A-Za-z0-9_-]{32}$/)
  expect(sessionIdOf('<a@example.com>')).toBe(id)
  expect(sessionIdOf('<b@example.com>')).not.toBe(id)
})

test.each([
  ['Hello', 'Re: Hello'],
  ['Re: Hello', 'Re: Hello'],
  ['RE: re: Re:Hello', 'Re: Hello'],
  ['AW: WG: Angebot', 'Re: WG: Angebot'],
  ['Antw: SV: TR: RV: Hej', 'Re: Hej'],
  ['Re[2]: Re(3): Hello', 'Re: Hello'],
  ['Re： こんにちは', 'Re: こんにちは'],
  ['Regarding: us', 'Re: Regarding: us'],
  ['Fwd: Hello', 'Re: Fwd: Hello'],
  ['Status: re: all', 'Re: Status: re: all'],
  ['  Hello\r\n\tBcc: all@example.com\0', 'Re: Hello Bcc: all@example.com'],
  ['one\u2028two', 'Re: one two'],
  ['', 'Re:'],
  ['Re: ', 'Re:'],
  ['a'.repeat(300), `Re: ${'a'.repeat(196)}`],
  ['🛰'.repeat(300), `Re: ${'🛰'.repeat(196)}`],
])('the reply to %j has the subject %j', (subject, expected) => {
  expect(replySubject(subject)).toBe(expected)
})
