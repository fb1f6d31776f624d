/** The settings of a person, and the senders that they allow. */
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { readSettings } from '../../../local/settings.ts'

const before = process.env.BATON_PEOPLE
afterEach(() => {
  if (before === undefined) delete process.env.BATON_PEOPLE
  else process.env.BATON_PEOPLE = before
})

const peopleOf = (text?: string) => {
  if (text === undefined) delete process.env.BATON_PEOPLE
  else process.env.BATON_PEOPLE = text
  return readSettings('no such file').BATON_PEOPLE
}

test('people are numbers, addresses and domains, separated by commas', () => {
  const given = '+15550102, bob@example.org,@example.net'
  expect(peopleOf(given)).toEqual(['+15550102', 'bob@example.org', '@example.net'])
  // Then baton.json decides, or the people of the README.
  expect(peopleOf()).toBeUndefined()
})

test.each([
  '',
  '5550102',
  '+15550102,',
  'bob',
  'example.com',
  'a b@example.com',
])('%j is refused by name', (text) => {
  expect(() => peopleOf(text)).toThrow('BATON_PEOPLE')
})

test('an empty variable counts as not set', () => {
  for (const name of ['PORT', 'ANTHROPIC_API_KEY', 'BATON_TOKEN', 'BATON_MODEL'])
    vi.stubEnv(name, '')
  onTestFinished(() => void vi.unstubAllEnvs())
  const settings = readSettings('no such file')
  expect(settings).toMatchObject({ PORT: 3000 })
  expect(settings.BATON_TOKEN).toBeUndefined()
  expect(settings.ANTHROPIC_API_KEY).toBeUndefined()
})

test.each([
  ['BATON_VERIFY', 'always'],
  ['BATON_APPROVALS', 'files'],
])('%s takes the words of its option, and nothing else', (name, word) => {
  onTestFinished(() => void vi.unstubAllEnvs())
  vi.stubEnv(name, word)
  expect(readSettings('no such file')).toMatchObject({ [name]: word })
  vi.stubEnv(name, 'sometimes')
  expect(() => readSettings('no such file')).toThrow(name)
})
