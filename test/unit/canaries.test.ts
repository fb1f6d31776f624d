/** Searches for secrets: whatever a program has made of one, it is found. */
import { expect, test } from 'vitest'
import { Canaries, formsOf } from '../support/canaries.ts'

test('a canary is found in every form', () => {
  const secret = 'canary/with+all="signs"'
  const inBase64 = (text: string) => Buffer.from(text).toString('base64')
  const texts = [
    ...['', 'A', 'AC', 'ACC'].map((before) => inBase64(`${before}${secret}:after`)),
    ...[Buffer.from(`user:${secret}`).toString('base64url'), Buffer.from(secret).toString('hex')],
    ...[encodeURIComponent(secret), JSON.stringify({ secret }), [...secret].reverse().join('')],
    encodeURIComponent(inBase64(`a${secret}`)),
  ]
  const isFound = (text: string) => formsOf(secret).some((form) => text.includes(form))
  expect(texts.filter((text) => !isFound(text))).toEqual([])
  expect(isFound(inBase64('canary/with+other="signs"'))).toBe(false)
})

test('each canary is found once at a place, also if the place itself is one', () => {
  const canaries = new Canaries()
  canaries.add('one', 'canary-number-one')
  canaries.add('two', 'canary-number-two')
  const log = { place: 'log', content: Buffer.from('a canary-number-one, a canary-number-two') }
  const file = { place: 'file canary-number-two.txt', content: 'nothing' }
  expect(canaries.find([log, log, file])).toEqual([
    { canary: 'one', place: 'log' },
    { canary: 'two', place: 'log' },
    { canary: 'two', place: file.place },
  ])
  expect(() => canaries.add('short', 'canary')).toThrow('too short')
})
