/** Verifies with a secret that may have been rotated: with its current value, or for a while with the previous one. */
import { setTimeout as wait } from 'node:timers/promises'
import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { acceptedUntil, type VerifyingSecret } from '../core/rotation.ts'
import { env } from './environment.ts'
import { secret } from './secrets.ts'

/** Returns a proof, or undefined if the value does not verify. */
type Verify<Proof> = (value: string) => Proof | undefined

interface Versions {
  /** Ms since the epoch. */
  readonly readAt: number
  readonly current: string
  readonly previous?: { readonly value: string; readonly until: number }
}

/** As old as a secret may be that functions keep (secrets.ts). */
const KEPT_MS = 300_000
/** How often versions are read again at most, because anyone can send what does not verify, and each read costs. */
const READ_AGAIN_MS = 10_000
/** The same for what must not be refused in vain. */
const PATIENT_MS = 1_000

const manager = new SecretsManagerClient({ maxAttempts: 4 })
const kept = new Map<VerifyingSecret, Versions>()
const reading = new Map<
  VerifyingSecret,
  { readonly at: number; readonly versions: Promise<Versions> }
>()

/**
 * Verifies with what this function knows and keeps for five minutes: the current value or, after something did not verify,
 * both versions. Throws if the secret cannot be read or has no value.
 */
export async function verifyKnown<Proof>(
  name: VerifyingSecret,
  verify: Verify<Proof>,
): Promise<Proof | undefined> {
  const versions = kept.get(name)
  return versions && Date.now() - versions.readAt < KEPT_MS
    ? verifyEither(versions, verify)
    : verify(await secret(name))
}

/** Reads the versions again, and verifies with them. Returns undefined without reading if they were read just before. */
export async function verifyLatest<Proof>(
  name: VerifyingSecret,
  verify: Verify<Proof>,
): Promise<Proof | undefined> {
  const last = reading.get(name)
  if (last && Date.now() - last.at < READ_AGAIN_MS) return undefined
  return verifyEither(await readAgain(name, Date.now()), verify)
}

/** Verifies with a secret and, if that fails, with its latest versions. Both are described above. */
export const verifyWith = async <Proof>(
  name: VerifyingSecret,
  verify: Verify<Proof>,
): Promise<Proof | undefined> =>
  (await verifyKnown(name, verify)) ?? (await verifyLatest(name, verify))

/** Like `verifyWith`, but the latest versions are always read after the call, once a second at most. */
export async function verifyPatiently<Proof>(
  name: VerifyingSecret,
  verify: Verify<Proof>,
): Promise<Proof | undefined> {
  const proof = await verifyKnown(name, verify)
  if (proof !== undefined) return proof
  const now = Date.now()
  const last = reading.get(name)
  // Concurrent callers share a read that has not begun.
  if (last && last.at > now) return verifyEither(await last.versions, verify)
  const at = Math.max(now, (last?.at ?? 0) + PATIENT_MS)
  return verifyEither(await readAgain(name, at), verify)
}

/** Reads the versions at a time. A failure does not count, so that the next call reads them. */
function readAgain(name: VerifyingSecret, at: number): Promise<Versions> {
  const versions = wait(at - Date.now()).then(() => readVersions(name))
  const read = { at, versions }
  reading.set(name, read)
  versions.catch(() => {
    if (reading.get(name) === read) reading.delete(name)
  })
  return versions
}

async function readVersions(name: VerifyingSecret): Promise<Versions> {
  const readAt = Date.now()
  const { SecretString: current = '', CreatedDate } = await manager.send(
    new GetSecretValueCommand({ SecretId: env(name) }),
  )
  const until = CreatedDate && acceptedUntil(name, CreatedDate.getTime())
  const value = until !== undefined && readAt < until ? await readPrevious(name) : undefined
  const versions = {
    readAt,
    current,
    ...(value !== undefined && until !== undefined && { previous: { value, until } }),
  }
  kept.set(name, versions)
  return versions
}

async function readPrevious(name: VerifyingSecret): Promise<string | undefined> {
  const SecretId = env(name)
  try {
    const { SecretString } = await manager.send(
      new GetSecretValueCommand({ SecretId, VersionStage: 'AWSPREVIOUS' }),
    )
    return SecretString
  } catch (error) {
    // It was never rotated.
    if (error instanceof ResourceNotFoundException) return undefined
    throw error
  }
}

function verifyEither<Proof>(
  { current, previous }: Versions,
  verify: Verify<Proof>,
): Proof | undefined {
  const proof = current === '' ? undefined : verify(current)
  if (proof !== undefined || !previous || Date.now() >= previous.until) return proof
  try {
    return verify(previous.value)
  } catch {
    // It may be the random value of a secret that was not set before.
    return undefined
  }
}
