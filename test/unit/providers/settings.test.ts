/** The settings of a person, and the senders that they allow. */
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { DEFAULT_PEOPLE, readSettings } from '../../../local/settings.ts'

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
  expect(peopleOf()).toEqual(DEFAULT_PEOPLE)
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
  expect(settings).toMatchObject({ PORT: 3000, BATON_TOKEN: 'local' })
  expect(settings.ANTHROPIC_API_KEY).toBeUndefined()
})
