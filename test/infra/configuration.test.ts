/** What a configuration changes in the template: many people, and a stack that may be deleted with its data. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import * as z from 'zod'
import { runApp } from './support/app.ts'
import { render } from './support/intrinsics.ts'

const schema = z.object({
  Resources: z.record(
    z.string(),
    z.looseObject({
      Type: z.string(),
      Properties: z.looseObject({}).default({}),
      DependsOn: z.array(z.string()).default([]),
      DeletionPolicy: z.string().optional(),
    }),
  ),
})

function stackWith(choices: Readonly<Record<string, string>>, file?: string) {
  const { exitCode, stderr, template } = runApp(choices, file)
  expect(exitCode, stderr).toBe(0)
  const resources = Object.values(schema.parse(render(template)).Resources)
  return { stderr, of: (type: string) => resources.filter(({ Type }) => Type === type) }
}

const fn = z.object({
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }).optional(),
})
const variablesOf = (properties: unknown) => fn.parse(properties).Environment?.Variables ?? {}

const people = (count: number) => ({
  people: JSON.stringify(Array.from({ length: count }, (_, i) => `person-${i}@example.com`)),
})

/** Lambda's limit for all variables together. */
const LIMIT = 4096

/** The size of the variables once their references are resolved, which are names of secrets and tables, ARNs and URLs. */
const sizeOf = (variables: Readonly<Record<string, string>>) =>
  Object.entries(variables).reduce((sum, [name, value]) => {
    const longest = name.endsWith('_SECRET') ? 60 : /_TABLE$|^BUCKET$/.test(name) ? 64 : 130
    return sum + name.length + (/<\w/.test(value) ? longest : Buffer.byteLength(value))
  }, 0)

test('a list of people that fits is in the variables of the functions that read it', () => {
  const { of, stderr } = stackWith(people(49))
  const functions = of('AWS::Lambda::Function').map(({ Properties }) => variablesOf(Properties))
  expect(functions.filter(({ PEOPLE }) => PEOPLE?.includes('person-48'))).toHaveLength(5)
  for (const variables of functions) {
    expect(sizeOf(variables)).toBeLessThan(LIMIT)
  }
  expect(of('Custom::ConfiguredPeople')).toEqual([])
  expect(stderr).not.toContain('people')
})

test('a longer list is in the table before any function needs it there, and the synthesis says so', () => {
  const { of, stderr } = stackWith(people(300))
  expect(stderr).toContain('The list "people" has 300 entries')
  const functions = of('AWS::Lambda::Function')
  expect(JSON.stringify(functions)).not.toContain('person-1@')
  const readers = functions.filter(({ Properties }) => 'PEOPLE_IN_TABLE' in variablesOf(Properties))
  expect(readers).toHaveLength(5)
  const [list] = of('Custom::ConfiguredPeople')
  const { Create = '', Update } = z
    .looseObject({ Create: z.string(), Update: z.string() })
    .parse(list?.Properties)
  expect(Update).toBe(Create)
  for (const person of ['person-0@example.com', 'person-299@example.com'])
    expect(Create).toContain(JSON.stringify({ S: person }))
  for (const { DependsOn } of readers)
    expect(DependsOn).toContainEqual(expect.stringMatching(/^ChannelsContactsPeopleList/))
  const statements = JSON.stringify(of('AWS::IAM::Policy'))
  expect(statements).toContain('"dynamodb:LeadingKeys":["configured"]')
})

test('a stack whose data is not kept empties its buckets when it is deleted', () => {
  const { of } = stackWith({ retainData: 'false' })
  expect(of('Custom::S3AutoDeleteObjects')).toHaveLength(of('AWS::S3::Bucket').length)
  const stores = [...of('AWS::S3::Bucket'), ...of('AWS::DynamoDB::GlobalTable')]
  expect(new Set(stores.map(({ DeletionPolicy }) => DeletionPolicy))).toEqual(new Set(['Delete']))
  expect(JSON.stringify(stores)).not.toContain('"DeletionProtectionEnabled":true')
})

test('baton.json reaches the functions, and -c overrides it', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'baton-settings-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'baton.json')
  writeFileSync(
    file,
    JSON.stringify({ $schema: './baton.schema.json', attempts: 2, workerHours: 8.5 }),
  )
  const { of } = stackWith({ attempts: '5' }, file)
  const functions = of('AWS::Lambda::Function').map(({ Properties }) => variablesOf(Properties))
  expect(functions.filter(({ WORKER_ATTEMPTS }) => WORKER_ATTEMPTS !== undefined)).toMatchObject([
    { WORKER_ATTEMPTS: '5', WORKER_HOURS: '8.5', LEG_SECONDS: '1800' },
  ])
})

test('the function that carries commands out knows which messages wait for approval', () => {
  const modes = (choices: Readonly<Record<string, string>>) =>
    stackWith(choices)
      .of('AWS::Lambda::Function')
      .flatMap(({ Properties }) => variablesOf(Properties).APPROVALS ?? [])
  expect(modes({})).toEqual(['first'])
  expect(modes({ approvals: 'always' })).toEqual(['always'])
})

test('a stack that keeps its data can empty nothing', () => {
  expect(stackWith({}).of('Custom::S3AutoDeleteObjects')).toEqual([])
})
