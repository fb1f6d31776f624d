/** Reads, writes and deletes objects in the bucket, and makes links that expire, for sandboxes and browsers. */
import { create } from 'content-disposition'
import { env } from './environment.ts'
import { logger } from './logger.ts'

type Sdk = typeof import('./on-demand/s3.ts')
type Bucket = Sdk & { readonly s3: InstanceType<Sdk['S3Client']> }

/** Opened on first use: the client is large, and most calls of the functions need no object. */
let opened: Promise<Bucket> | undefined
const bucket = (): Promise<Bucket> => {
  opened ??= import('./on-demand/s3.ts').then((sdk) => ({
    ...sdk,
    s3: new sdk.S3Client({ maxAttempts: 4 }),
  }))
  return opened
}

const at = (Key: string) => ({ Bucket: env('BUCKET'), Key })

export async function putObject(
  key: string,
  content: Uint8Array | string,
  contentType?: string,
): Promise<void> {
  const { s3, PutObjectCommand } = await bucket()
  await s3.send(new PutObjectCommand({ ...at(key), Body: content, ContentType: contentType }))
}

/** Returns an object's bytes, or undefined if it does not exist (any more). Throws if it may not be read. */
export const readObject = (key: string) => read(key)

/** Returns at most the first `bytes` bytes of an object that is not empty, or undefined if it does not exist (any more). */
export const readStart = (key: string, bytes: number) => read(key, `bytes=0-${bytes - 1}`)

async function read(key: string, Range?: string): Promise<Uint8Array | undefined> {
  const sdk = await bucket()
  try {
    const { Body } = await sdk.s3.send(new sdk.GetObjectCommand({ ...at(key), Range }))
    return await Body?.transformToByteArray()
  } catch (error) {
    if (isMissing(error, sdk)) {
      logger.warn('object missing', { key, error })
      return undefined
    }
    throw error
  }
}

/** Reads one byte, because S3's response to a HEAD request does not say which action is not permitted. */
async function exists(key: string): Promise<boolean> {
  const sdk = await bucket()
  try {
    const first = new sdk.GetObjectCommand({ ...at(key), Range: 'bytes=0-0' })
    await (await sdk.s3.send(first)).Body?.transformToByteArray()
    return true
  } catch (error) {
    // An empty object has no first byte.
    if (error instanceof sdk.S3ServiceException && error.name === 'InvalidRange') return true
    if (isMissing(error, sdk)) return false
    throw error
  }
}

/**
 * S3 tells only those who may list a bucket that an object is missing, and no function may. To others the object is
 * forbidden, because they may not list the bucket. If reading is not permitted, S3 names that action instead.
 */
function isMissing(error: unknown, { NoSuchKey, S3ServiceException }: Sdk): boolean {
  if (error instanceof NoSuchKey) return true
  if (!(error instanceof S3ServiceException) || error.name !== 'AccessDenied') return false
  const denied = /not authorized to perform: (?<action>[\w:]+)/.exec(error.message)?.groups?.action
  return denied === undefined || denied === LIST
}

const LIST = 's3:ListBucket'

export async function deleteObject(key: string): Promise<void> {
  const { s3, DeleteObjectCommand } = await bucket()
  await s3.send(new DeleteObjectCommand(at(key)))
}

/** Replaces an object by an empty one, so that a link that only creates can no longer write there. */
export async function blockObject(key: string): Promise<void> {
  // S3 requires a length, which the SDK does not send with an empty string.
  await putObject(key, new Uint8Array())
}

/** `seconds`: how long the link works. */
export async function readLink(key: string, seconds: number): Promise<string> {
  const { s3, GetObjectCommand, getSignedUrl } = await bucket()
  return getSignedUrl(s3, new GetObjectCommand(at(key)), { expiresIn: seconds })
}

/**
 * Returns a link with which a browser saves the object as a file of this name, and never renders it. Returns undefined
 * if the object does not exist (any more).
 */
export async function downloadLink(
  key: string,
  { name, seconds }: { name: string; seconds: number },
): Promise<string | undefined> {
  if (!(await exists(key))) return undefined
  const { s3, GetObjectCommand, getSignedUrl } = await bucket()
  return getSignedUrl(
    s3,
    new GetObjectCommand({
      ...at(key),
      ResponseContentDisposition: create(name, { fallback: name.replaceAll(/[^ -~]/gu, '_') }),
      ResponseContentType: 'application/octet-stream',
    }),
    { expiresIn: seconds },
  )
}

/** What an upload needs: a link, and headers to send with it. */
interface LinkToPut {
  readonly url: string
  readonly headers: Record<string, string>
}

/** The header is signed, so S3 refuses an upload without it, and one with it to a key that has an object. */
const CREATE = { 'if-none-match': '*' }

/** Returns a link to create an object, once, with the headers that the upload needs. */
export async function createLink(key: string, seconds: number): Promise<LinkToPut> {
  const { s3, PutObjectCommand, getSignedUrl } = await bucket()
  const command = new PutObjectCommand({ ...at(key), IfNoneMatch: '*' })
  return { url: await getSignedUrl(s3, command, { expiresIn: seconds }), headers: CREATE }
}

/** Returns a link that also overwrites, for runners that send no headers with it. */
export async function writeLink(key: string, seconds: number): Promise<string> {
  const { s3, PutObjectCommand, getSignedUrl } = await bucket()
  return getSignedUrl(s3, new PutObjectCommand(at(key)), { expiresIn: seconds })
}

const CHECKSUM = 'x-amz-checksum-sha256'

/**
 * Returns a link to upload exactly this content, once, with the headers that the upload needs. S3 refuses another length
 * or checksum.
 */
export async function uploadLink(
  key: string,
  { size, sha256, seconds }: { size: number; sha256: string; seconds: number },
): Promise<LinkToPut> {
  const { s3, PutObjectCommand, getSignedUrl } = await bucket()
  const url = await getSignedUrl(
    s3,
    new PutObjectCommand({
      ...at(key),
      ContentLength: size,
      ChecksumSHA256: sha256,
      IfNoneMatch: '*',
    }),
    // In the query it would be signed, but S3 would not check it.
    { expiresIn: seconds, unhoistableHeaders: new Set([CHECKSUM]) },
  )
  return { url, headers: { ...CREATE, [CHECKSUM]: sha256 } }
}
