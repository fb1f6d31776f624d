/** Secrets are removed from a trace, and nothing else is. */
import { expect, test } from 'vitest'
import { secretRemover } from '../../../cli/trace/remove-secrets.ts'
import { makeToken } from '../../../src/core/bearer-token.ts'
import { signJobToken } from '../../../src/core/job-token.ts'

const SECRET = 'pa"ss/word=of the operator'
const without = secretRemover([SECRET, 'short'])
const link = `eyJzZXNzaW9uIjoibWFpbiJ9.${'m'.repeat(43)}`

test.each([
  [`it is ${SECRET}.`, 'it is [removed].'],
  [JSON.stringify({ log: SECRET }), '{"log":"[removed]"}'],
  [Buffer.from(SECRET).toString('base64'), '[removed]'],
  [`?q=${encodeURIComponent(SECRET)}`, '?q=[removed]'],
  [`a named one: ${makeToken()}`, 'a named one: [removed]'],
  [`sk-ant-${'a'.repeat(40)}`, '[removed]'],
  [`SG.${'a'.repeat(22)}.${'b'.repeat(43)}`, '[removed]'],
  [`Authorization: Bearer ${'x'.repeat(20)}`, 'Authorization: [removed]'],
  [signJobToken({ session: 'main', leg: 1, job: 1, expires: 1 }, 'key'), '[removed]'],
  [`https://baton.example.com/#link=${link}`, 'https://baton.example.com/#link=[removed]'],
  ['https://x.example.com/l/abcdefghijklmnopqrstuv', 'https://x.example.com/l/[removed]'],
  ['https://s3/?X-Amz-Signature=0a1b&x=1', 'https://s3/?X-Amz-Signature=[removed]&x=1'],
])('%j', (text, expected) => {
  expect(without({ deep: [text] })).toEqual({ deep: [expected] })
})

test('a field of a credential is removed whatever it holds; counts and words stay', () => {
  const value = {
    taskToken: 'AAAAKgAAAA',
    usage: { tokens: { input: 3 }, maxTokens: 10 },
    text: 'a short word about a token',
    at: new Date(0),
    nothing: null,
  }
  expect(without(value)).toEqual({
    ...value,
    taskToken: '[removed]',
    at: '1970-01-01T00:00:00.000Z',
  })
})
