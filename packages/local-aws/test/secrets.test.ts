/** Where secret values come from, and how they are generated. */
import { expect, test } from 'vitest'
import { propertySchemas } from '../src/resource-properties.ts'
import { generateSecret, secretsService, secretValues } from '../src/secrets.ts'
import { scratch } from './fixture/stack.ts'

const secret = (name: string, properties: object) => ({
  logicalId: name,
  name,
  arn: name,
  url: '',
  properties: propertySchemas['AWS::SecretsManager::Secret'].parse(properties),
})

const generation = (wanted: object) =>
  generateSecret(
    secret('s', { GenerateSecretString: wanted }).properties.GenerateSecretString ?? fail(),
  )

const fail = (): never => {
  throw new Error('no GenerateSecretString')
}

test("a given value overrides the template's, and that overrides a generated one", () => {
  const secrets = [
    secret('given', { GenerateSecretString: {}, SecretString: 'template' }),
    secret('written', { GenerateSecretString: {}, SecretString: 'template' }),
  ]
  const values = secretValues(secrets, { given: 'operator' }, scratch('secrets'))
  expect(Object.fromEntries(values)).toEqual({ given: 'operator', written: 'template' })
})

test('a generated value is kept for the next start', () => {
  const stateDir = scratch('secrets')
  const secrets = [secret('made', { GenerateSecretString: {} })]
  expect(secretValues(secrets, {}, stateDir)).toEqual(secretValues(secrets, {}, stateDir))
})

test.each([
  [{}, /^[!-~]{32}$/],
  [{ ExcludePunctuation: true, PasswordLength: 8 }, /^[A-Za-z0-9]{8}$/],
  [{ ExcludePunctuation: true, ExcludeCharacters: 'abc0', PasswordLength: 99 }, /^[^abc0\W]{99}$/],
  [{ SecretStringTemplate: '{"user":"u"}', GenerateStringKey: 'p' }, /^\{"user":"u","p":".+"\}$/s],
])('%j is generated as specified', (wanted, shape) => {
  expect(generation(wanted)).toMatch(shape)
})

test('a value that is put leaves the one before it as the previous version', () => {
  let now = 1_000_000
  const service = secretsService([secret('key', {})], new Map([['key', 'first']]), () => now)
  const get = (VersionStage?: string) =>
    service.GetSecretValue?.({ SecretId: 'key', VersionStage } as never)
  expect(get()).toMatchObject({ SecretString: 'first', CreatedDate: 1_000 })
  expect(() => get('AWSPREVIOUS')).toThrow('AWSPREVIOUS')
  now += 5_000
  service.PutSecretValue?.({ SecretId: 'key', SecretString: 'second' } as never)
  expect(get()).toMatchObject({
    SecretString: 'second',
    CreatedDate: 1_005,
    VersionStages: ['AWSCURRENT'],
  })
  expect(get('AWSPREVIOUS')).toMatchObject({ SecretString: 'first', CreatedDate: 1_000 })
})
