/** The bucket. Its client is large and rarely needed, so `objects.ts` loads this module on first use. */
import {
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { create } from 'content-disposition'
import { env } from './environment.ts'
import { logger } from './logger.ts'

const s3 = new S3Client({ maxAttempts: 4 })

const at = (Key: string) => ({ Bucket: env('BUCKET'), Key })

export async function put(
  key: string,
  content: Uint8Array | string,
  contentType?: string,
): Promise<void> {
  await s3.send(new PutObjectCommand({ ...at(key), Body: content, ContentType: contentType }))
}

/**
 * Returns an object's bytes, or only the first ones, or undefined if it does not exist (any more). Throws if it may not be
 * read.
 */
export async function read(key: string, first?: number): Promise<Uint8Array | undefined> {
  try {
    const Range = first === undefined ? undefined : `bytes=0-${first - 1}`
    const { Body } = await s3.send(new GetObjectCommand({ ...at(key), Range }))
    return await Body?.transformToByteArray()
  } catch (error) {
    if (isMissing(error)) {
      logger.warn('object missing', { key, error })
      return undefined
    }
    throw error
  }
}

/** Reads one byte, because S3's response to a HEAD request does not say which action is not permitted. */
async function exists(key: string): Promise<boolean> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ ...at(key), Range: 'bytes=0-0' }))
    await Body?.transformToByteArray()
    return true
  } catch (error) {
    // An empty object has no first byte.
    if (error instanceof S3ServiceException && error.name === 'InvalidRange') return true
    if (isMissing(error)) return false
    throw error
  }
}

/**
 * S3 tells only those who may list a bucket that an object is missing, and no function may. To others the object is
 * forbidden, because they may not list the bucket. If reading is not permitted, S3 names that action instead.
 */
function isMissing(error: unknown): boolean {
  if (error instanceof NoSuchKey) return true
  if (!(error instanceof S3ServiceException) || error.name !== 'AccessDenied') return false
  const denied = /not authorized to perform: (?<action>[\w:]+)/.exec(error.message)?.groups?.action
  return denied === undefined || denied === LIST
}

const LIST = 's3:ListBucket'

export async function remove(key: string): Promise<void> {
  await s3.send(new DeleteObjectCommand(at(key)))
}

/** Replaces an object by an empty one, so that a link that only creates can no longer write there. */
export async function block(key: string): Promise<void> {
  // S3 requires a length, which the SDK does not send with an empty string.
  await put(key, new Uint8Array())
}

/** `seconds`: how long the link works. */
export const linkToRead = (key: string, seconds: number): Promise<string> =>
  getSignedUrl(s3, new GetObjectCommand(at(key)), { expiresIn: seconds })

/**
 * Returns a link with which a browser saves the object as a file of this name, and never renders it. Returns undefined
 * if the object does not exist (any more).
 */
export async function linkToDownload(
  key: string,
  { name, seconds }: { name: string; seconds: number },
): Promise<string | undefined> {
  if (!(await exists(key))) return undefined
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

/** Returns a link to create an object, once. */
export async function linkToCreate(key: string, seconds: number): Promise<LinkToPut> {
  const create = new PutObjectCommand({ ...at(key), IfNoneMatch: '*' })
  return { url: await getSignedUrl(s3, create, { expiresIn: seconds }), headers: CREATE }
}

/** Returns a link that also overwrites, for runners that send no headers with it. */
export const linkToWrite = (key: string, seconds: number): Promise<string> =>
  getSignedUrl(s3, new PutObjectCommand(at(key)), { expiresIn: seconds })

const CHECKSUM = 'x-amz-checksum-sha256'

/**
 * Returns a link to upload exactly this content, once, with the headers that the upload needs. S3 refuses another length
 * or checksum.
 */
export async function linkToUpload(
  key: string,
  { size, sha256, seconds }: { size: number; sha256: string; seconds: number },
): Promise<LinkToPut> {
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
