/** Settings: what is refused and how it is said, text from `-c`, what `npm start` follows, and the generated documents. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { expect, onTestFinished, test } from 'vitest'
import {
  SCHEMA_FILE,
  settingsJsonSchema,
  settingsSchemaText,
} from '../../../bin/settings/json-schema.ts'
import { PAGE, settingsPage } from '../../../bin/settings/table.ts'
import { readSettingsFile } from '../../../lib/settings/file.ts'
import { fromText, parseSettings, type Source } from '../../../lib/settings/parse.ts'
import { readOwnChoices } from '../../../local/own-choices.ts'

const file = (values: Readonly<Record<string, unknown>>) => ({ where: 'baton.json', values })
const options = (values: Readonly<Record<string, unknown>>) => ({ where: '-c', values })

/** Returns what is said of bad settings. */
function refused(...sources: readonly Source[]): string {
  try {
    return JSON.stringify(parseSettings(...sources))
  } catch (error) {
    return String(error)
  }
}

/** Returns a folder whose baton.json has this text. */
function folderWith(text: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'settings-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(path.join(folder, 'baton.json'), text)
  return folder
}

test.each([
  [
    'a mistyped name',
    { historydays: 3 },
    'there is no setting "historydays"; perhaps you mean historyDays',
  ],
  [
    'a name in a setting',
    { budgets: { run: { us: 3 } } },
    'budgets.run: there is no setting "us"; perhaps you mean usd',
  ],
  [
    'a scope',
    { budgets: { dday: {} } },
    'budgets: there is no setting "dday"; perhaps you mean day',
  ],
  ['an item', { people: ['+15550100', 'Ada'] }, 'people[1]: is not a number like'],
  ['text for a number', { attempts: '5' }, 'attempts: Invalid input: expected number'],
  ['null', { attempts: null }, 'attempts: Invalid input: expected number'],
  ['half of SMS', { smsNumber: '+15550199' }, 'smsNumber: SMS needs twilioAccountSid'],
])('%s is refused, with its place', (_, values, problem) => {
  expect(refused(file(values))).toContain(`SettingsError: baton.json: ${problem}`)
})

test('a name that is like no other is refused with all names', () => {
  expect(refused(options({ vpcId: 'x' }))).toMatch(
    /^SettingsError: -c: .*"vpcId", only people, budgets/,
  )
})

test('all problems are named at once, each with its source', () => {
  const problems = refused(file({ attempts: 0, linkdays: 3 }), options({ verify: 'sometimes' }))
  expect(problems).toMatch(/baton\.json: .*linkDays$/m)
  expect(problems).toMatch(/^baton\.json: attempts: /m)
  expect(problems).toMatch(/^-c: verify: /m)
})

test('a later source wins, for the whole of a setting', () => {
  const values = parseSettings(
    file({ attempts: 2, budgets: { run: { usd: 1 }, day: { usd: 2 } } }),
    options({ budgets: { run: { usd: 5 } } }),
  )
  expect(values).toMatchObject({ attempts: 2, budgets: { run: { usd: 5 }, day: {} } })
})

test.each([
  ['attempts', '5', 5],
  ['retainData', 'false', false],
  ['people', '["+15550100"]', ['+15550100']],
  // Text that happens to be JSON.
  ['smsNumber', '+15550199', '+15550199'],
  ['model', '7', '7'],
  ['e2bTemplate', 'true', 'true'],
  // What is neither stays as it is, so that the schema refuses it.
  ['budgets', 'ten dollars', 'ten dollars'],
])('-c %s=%s', (name, text, value) => {
  expect(fromText(name, text)).toEqual(value)
})

test.each([
  ['{ "attempts": 5, }', /^SettingsError: baton\.json cannot be read: .*JSON/],
  ['[]', /^SettingsError: baton\.json cannot be read: it must be an object$/],
])('the file %j is refused', (text, message) => {
  const place = path.join(folderWith(text), 'baton.json')
  expect(() => readSettingsFile(place)).toThrow(expect.objectContaining({ name: 'SettingsError' }))
  try {
    readSettingsFile(place)
  } catch (error) {
    expect(String(error)).toMatch(message)
  }
})

test('npm start follows what does not name a service, and refuses what a deployment would', () => {
  const choices = { attempts: 5, people: ['Ada@Example.com'], modelUpstream: 'bedrock', model: 'm' }
  expect(readOwnChoices(folderWith(JSON.stringify(choices)))).toEqual({
    people: ['ada@example.com'],
    settings: { attempts: 5 },
  })
  expect(() => readOwnChoices(folderWith('{ "alarmemail": "" }'))).toThrow('alarmEmail')
})

test.each([
  [SCHEMA_FILE, settingsSchemaText],
  [PAGE, settingsPage],
])('%s is what the schema says', (place, text) => {
  expect(readFileSync(place, 'utf8'), 'out of date: run `npm run settings`').toBe(text())
})

test('editors find what is wrong by the JSON Schema', () => {
  const ajv = new Ajv({ strict: true })
  addFormats.default(ajv)
  const validate = ajv.compile(settingsJsonSchema())
  const example = /```json\n([\s\S]+?)```/.exec(settingsPage())?.[1] ?? ''
  expect([validate(JSON.parse(example)), validate.errors]).toEqual([true, null])
  for (const values of [{ attempt: 5 }, { attempts: '5' }, { budgets: { run: { us: 1 } } }])
    expect(validate(values)).toBe(false)
})
