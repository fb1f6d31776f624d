/** Checks that no secret of a local Baton has leaked into its log, its state, or the home of a sandbox. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import type { LocalAws } from '../../packages/local-aws/src/index.ts'

/** Returns every secret by name; none of a deployment that was deleted. */
export async function secretsOf({ region, endpoint, credentials, resources }: LocalAws) {
  const client = new SecretsManagerClient({ region, endpoint, credentials })
  const declared = resources.all.filter(({ type }) => type === 'AWS::SecretsManager::Secret')
  const values = await Promise.all(
    declared.map(async ({ physicalId }) => {
      const get = new GetSecretValueCommand({ SecretId: physicalId })
      const found = await client.send(get).catch((error: unknown) => {
        if (!(error instanceof ResourceNotFoundException)) throw error
      })
      return found === undefined ? [] : [[physicalId, found.SecretString ?? ''] as const]
    }),
  )
  return new Map(values.flat())
}

/** Returns one secret by name. */
export async function secretOf(
  { region, endpoint, credentials }: LocalAws,
  SecretId: string,
): Promise<string> {
  const client = new SecretsManagerClient({ region, endpoint, credentials })
  const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }))
  return SecretString
}

/** Changes a secret by name, as an operator does. */
export async function rotate(
  { region, endpoint, credentials }: LocalAws,
  SecretId: string,
  SecretString: string,
): Promise<void> {
  const client = new SecretsManagerClient({ region, endpoint, credentials })
  await client.send(new PutSecretValueCommand({ SecretId, SecretString }))
}

/** Throws an error that names the secret and where it was found. */
export function expectNowhere(
  secrets: ReadonlyMap<string, string>,
  { log, folder }: { log: readonly string[]; folder: string },
): void {
  const places = [
    { place: 'the log', content: Buffer.from(log.join('\n')) },
    ...filesBelow(folder).map((file) => ({ place: file, content: readFileSync(file) })),
  ]
  for (const { place, content } of places)
    for (const [name, value] of secrets)
      if (content.includes(value)) throw new Error(`${name} is in ${place}`)
}

/** Returns all regular files except the one that stores the secrets. */
const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'secrets.json')
    .map((entry) => path.join(entry.parentPath, entry.name))
