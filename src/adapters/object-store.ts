/** The bucket. Its client is large and rarely needed, so `objects.ts` loads this module on first use. */
import {
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { env } from './environment.ts'

const s3 = new S3Client({ maxAttempts: 4 })

const at = (Key: string) => ({ Bucket: env('BUCKET'), Key })

export async function put(
  key: string,
  content: Uint8Array | string,
  contentType?: string,
): Promise<void> {
  await s3.send(new PutObjectCommand({ ...at(key), Body: content, ContentType: contentType }))
}

/** Returns an object's bytes, or undefined if it does not exist (any more). */
export async function read(key: string): Promise<Uint8Array | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand(at(key)))
    return await Body?.transformToByteArray()
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined
    throw error
  }
}

export async function remove(key: string): Promise<void> {
  await s3.send(new DeleteObjectCommand(at(key)))
}

/** `seconds`: how long the link works. */
export const linkToRead = (key: string, seconds: number): Promise<string> =>
  getSignedUrl(s3, new GetObjectCommand(at(key)), { expiresIn: seconds })

/** Returns a link with which a browser saves the object as a file of this name, and never renders it. */
export const linkToDownload = (
  key: string,
  { name, seconds }: { name: string; seconds: number },
): Promise<string> =>
  getSignedUrl(
    s3,
    new GetObjectCommand({
      ...at(key),
      ResponseContentDisposition: `attachment; filename="${name}"`,
      ResponseContentType: 'application/octet-stream',
    }),
    { expiresIn: seconds },
  )

export const linkToWrite = (key: string, seconds: number): Promise<string> =>
  getSignedUrl(s3, new PutObjectCommand(at(key)), { expiresIn: seconds })

const CHECKSUM = 'x-amz-checksum-sha256'

/**
 * Returns a link to upload exactly this content, with the headers that the upload needs. S3 refuses another length or
 * checksum.
 */
export async function linkToUpload(
  key: string,
  { size, sha256, seconds }: { size: number; sha256: string; seconds: number },
): Promise<{ url: string; headers: Record<string, string> }> {
  const url = await getSignedUrl(
    s3,
    new PutObjectCommand({ ...at(key), ContentLength: size, ChecksumSHA256: sha256 }),
    // In the query it would be signed, but S3 would not check it.
    { expiresIn: seconds, unhoistableHeaders: new Set([CHECKSUM]) },
  )
  return { url, headers: { [CHECKSUM]: sha256 } }
}
