/** Short-lived links to objects, for a sandbox that has no credentials. */
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { s3 } from './documents.ts'
import { env } from './environment.ts'

/** `seconds`: how long the link works. */
export const readLink = (Key: string, seconds: number) =>
  getSignedUrl(s3, new GetObjectCommand({ Bucket: env('BUCKET'), Key }), {
    expiresIn: seconds,
  })

/** A link that a browser saves the object by, as a file of this name, and never renders. */
export const downloadLink = (Key: string, { name, seconds }: { name: string; seconds: number }) =>
  getSignedUrl(
    s3,
    new GetObjectCommand({
      Bucket: env('BUCKET'),
      Key,
      ResponseContentDisposition: `attachment; filename="${name}"`,
      ResponseContentType: 'application/octet-stream',
    }),
    { expiresIn: seconds },
  )

const CHECKSUM = 'x-amz-checksum-sha256'

/** A link to put exactly this content, with the headers that must go with it: S3 refuses another length or checksum. */
export async function uploadLink(
  Key: string,
  { size, sha256, seconds }: { size: number; sha256: string; seconds: number },
): Promise<{ url: string; headers: Record<string, string> }> {
  const url = await getSignedUrl(
    s3,
    new PutObjectCommand({
      Bucket: env('BUCKET'),
      Key,
      ContentLength: size,
      ChecksumSHA256: sha256,
    }),
    // In the query it would be signed, but S3 would not compare it.
    { expiresIn: seconds, unhoistableHeaders: new Set([CHECKSUM]) },
  )
  return { url, headers: { [CHECKSUM]: sha256 } }
}

export const writeLink = (Key: string, seconds: number) =>
  getSignedUrl(s3, new PutObjectCommand({ Bucket: env('BUCKET'), Key }), {
    expiresIn: seconds,
  })
