/** Secrets by name, kept for five minutes: a rotated one is in use after that, or at once with `fresh`. */
import { getSecret } from '@aws-lambda-powertools/parameters/secrets'
import { variable } from './environment.ts'

type SecretVariable =
  | 'API_TOKEN_SECRET'
  | 'READ_TOKEN_SECRET'
  | 'JOB_KEY_SECRET'
  | 'E2B_KEY_SECRET'
  | 'MODEL_KEY_SECRET'

/** The secret's text. Throws when it cannot be read or was never given a value. */
export async function secret(name: SecretVariable, { fresh = false } = {}): Promise<string> {
  const id = variable(name)
  const value: unknown = await getSecret(id, { maxAge: 300, forceFetch: fresh })
  if (typeof value !== 'string' || value === '')
    throw new Error(
      `The secret ${id} has no value: set it with \`aws secretsmanager put-secret-value\``,
    )
  return value
}

/** Anybody can send a wrong token, and each reading costs: a secret is read again no more often than this. */
const READ_AGAIN_MS = 10_000
const readAgain = new Map<SecretVariable, number>()

/** The secret as it is now, for when the one at hand does not fit: it may have been rotated. Nothing when it was just read so. */
export async function rereadSecret(name: SecretVariable): Promise<string | undefined> {
  const now = Date.now()
  if (now - (readAgain.get(name) ?? Number.NEGATIVE_INFINITY) < READ_AGAIN_MS) return undefined
  readAgain.set(name, now)
  return secret(name, { fresh: true })
}
