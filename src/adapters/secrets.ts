/** Reads secrets and caches them for five minutes. A rotated secret is used after that, or at once with `fresh`. */
import { getSecret } from '@aws-lambda-powertools/parameters/secrets'
import { env } from './environment.ts'

type SecretVariable =
  | 'API_TOKEN_SECRET'
  | 'READ_TOKEN_SECRET'
  | 'JOB_KEY_SECRET'
  | 'E2B_KEY_SECRET'
  | 'MODEL_KEY_SECRET'
  | 'TWILIO_TOKEN_SECRET'
  | 'SENDGRID_KEY_SECRET'
  | 'SENDGRID_PUBLIC_KEY_SECRET'
  | 'LINK_KEY_SECRET'

/** Returns the secret's text. Throws if it cannot be read or has no value. */
export async function secret(name: SecretVariable, { fresh = false } = {}): Promise<string> {
  const id = env(name)
  const value: unknown = await getSecret(id, { maxAge: 300, forceFetch: fresh })
  if (typeof value !== 'string' || value === '')
    throw new Error(
      `The secret ${id} has no value. Set it with \`aws secretsmanager put-secret-value\`.`,
    )
  return value
}

/** How often a secret is read again at most, because a provider may refuse each request, and each read costs. */
const READ_AGAIN_MS = 10_000
const readAgain = new Map<SecretVariable, number>()

/** Reads a secret again that a provider has refused, because it may have been rotated. Returns undefined if it was read again just before. */
export async function rereadSecret(name: SecretVariable): Promise<string | undefined> {
  const now = Date.now()
  if (now - (readAgain.get(name) ?? Number.NEGATIVE_INFINITY) < READ_AGAIN_MS) return undefined
  readAgain.set(name, now)
  try {
    return await secret(name, { fresh: true })
  } catch (error) {
    // Let the next call read it.
    readAgain.delete(name)
    throw error
  }
}
