/** Secrets Manager: values from the caller, from the template, or generated once and kept in the state folder. */
import { randomInt, randomUUID } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'
import { AwsError, type JsonService } from './json-service.ts'
import type { Properties } from './resource-properties.ts'
import type { Declared } from './stack.ts'

export type Secret = Declared<'AWS::SecretsManager::Secret'>
type Generation = NonNullable<Properties<'AWS::SecretsManager::Secret'>['GenerateSecretString']>

const kept = z.record(z.string(), z.string())

/**
 * Returns the value of every secret by name: from `given`, else from the template, else one that was generated
 * earlier or is generated now (in `stateDir`, readable by this user only). Throws if a secret has none of the
 * three.
 */
export function secretValues(
  secrets: readonly Secret[],
  given: Readonly<Record<string, string>>,
  stateDir: string,
): Map<string, string> {
  const file = path.join(stateDir, 'secrets.json')
  const generated = existsSync(file) ? kept.parse(JSON.parse(readFileSync(file, 'utf8'))) : {}
  const before = Object.keys(generated).length
  const values = secrets.map(({ name, properties }): [string, string] => {
    const known = given[name] ?? properties.SecretString ?? generated[name]
    if (known !== undefined) return [name, known]
    if (!properties.GenerateSecretString) {
      throw new Error(`Secret ${name} has no value: give it one in \`secrets\`.`)
    }
    const made = generateSecret(properties.GenerateSecretString)
    generated[name] = made
    return [name, made]
  })
  if (Object.keys(generated).length > before) keep(file, generated)
  return new Map(values)
}

function keep(file: string, values: Record<string, string>): void {
  mkdirSync(path.dirname(file), { recursive: true })
  const next = `${file}.next`
  writeFileSync(next, JSON.stringify(values, null, 2), { mode: 0o600 })
  chmodSync(next, 0o600)
  renameSync(next, file)
}

const alphabets = {
  lowercase: 'abcdefghijklmnopqrstuvwxyz',
  uppercase: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  numbers: '0123456789',
  punctuation: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
}

/** Generates a secret as `GenerateSecretString` describes it; a template gets it under its key. */
export function generateSecret(wanted: Generation): string {
  const password = generatePassword(wanted)
  const { SecretStringTemplate, GenerateStringKey } = wanted
  if (SecretStringTemplate === undefined || GenerateStringKey === undefined) return password
  const fields = z.record(z.string(), z.unknown()).parse(JSON.parse(SecretStringTemplate))
  return JSON.stringify({ ...fields, [GenerateStringKey]: password })
}

function generatePassword(wanted: Generation): string {
  const allowed = (letters: string) =>
    [...letters].filter((letter) => !wanted.ExcludeCharacters.includes(letter))
  const groups = [
    wanted.ExcludeLowercase ? [] : allowed(alphabets.lowercase),
    wanted.ExcludeUppercase ? [] : allowed(alphabets.uppercase),
    wanted.ExcludeNumbers ? [] : allowed(alphabets.numbers),
    wanted.ExcludePunctuation ? [] : allowed(alphabets.punctuation),
  ].filter((group) => group.length > 0)
  const all = [...groups.flat(), ...(wanted.IncludeSpace ? [' '] : [])]
  if (all.length === 0) throw new Error('GenerateSecretString excludes every character')
  const required = wanted.RequireEachIncludedType ? groups.map(pick) : []
  const rest = Array.from({ length: wanted.PasswordLength - required.length }, () => pick(all))
  return shuffle([...required, ...rest])
    .slice(0, wanted.PasswordLength)
    .join('')
}

const pick = (letters: readonly string[]): string => letters[randomInt(letters.length)] ?? ''

const shuffle = (letters: string[]): string[] =>
  letters
    .map((letter) => ({ letter, order: randomInt(2 ** 47) }))
    .sort((a, b) => a.order - b.order)
    .map(({ letter }) => letter)

const getSecretValue = z.object({
  SecretId: z.string(),
  VersionStage: z.enum(['AWSCURRENT', 'AWSPREVIOUS']).default('AWSCURRENT'),
})
const putSecretValue = z.object({ SecretId: z.string(), SecretString: z.string() })

/** Without a time in which it could be restored, because there is nothing to restore it from. */
const deleteSecret = z.object({
  SecretId: z.string(),
  ForceDeleteWithoutRecovery: z.literal(true),
})

interface Version {
  readonly VersionId: string
  readonly SecretString: string
  /** Seconds since the epoch. */
  readonly CreatedDate: number
}

/**
 * GetSecretValue, PutSecretValue and DeleteSecret by name or ARN. There are the current and the previous version of each; a value that is
 * put is lost at the end of the process. `now` returns ms since the epoch.
 */
export function secretsService(
  secrets: readonly Secret[],
  values: ReadonlyMap<string, string>,
  now: () => number,
): JsonService {
  const version = (SecretString: string): Version => ({
    VersionId: randomUUID(),
    SecretString,
    CreatedDate: now() / 1000,
  })
  const current = new Map([...values].map(([name, value]) => [name, version(value)]))
  const previous = new Map<string, Version>()
  const find = (id: string): Secret => {
    const secret = secrets.find(({ name, arn }) => current.has(name) && (id === name || id === arn))
    if (secret) return secret
    const message = "Secrets Manager can't find the specified secret."
    throw new AwsError('ResourceNotFoundException', message)
  }
  return {
    GetSecretValue: (input: unknown) => {
      const { SecretId, VersionStage } = getSecretValue.parse(input)
      const { arn: ARN, name: Name } = find(SecretId)
      const found = (VersionStage === 'AWSCURRENT' ? current : previous).get(Name)
      if (found) return { ARN, Name, ...found, VersionStages: [VersionStage] }
      const message = `Secrets Manager can't find the specified secret value for staging label: ${VersionStage}`
      throw new AwsError('ResourceNotFoundException', message)
    },
    PutSecretValue: (input: unknown) => {
      const { SecretId, SecretString } = putSecretValue.parse(input)
      const { arn: ARN, name: Name } = find(SecretId)
      const replaced = current.get(Name)
      if (replaced) previous.set(Name, replaced)
      const put = version(SecretString)
      current.set(Name, put)
      return { ARN, Name, VersionId: put.VersionId, VersionStages: ['AWSCURRENT'] }
    },
    DeleteSecret: (input: unknown) => {
      const { arn: ARN, name: Name } = find(deleteSecret.parse(input).SecretId)
      current.delete(Name)
      return { ARN, Name, DeletionDate: now() / 1000 }
    },
  }
}
