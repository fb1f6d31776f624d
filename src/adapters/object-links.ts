/** Presigned links to S3 objects, for sandboxes and browsers, which have no credentials. */
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { s3 } from './documents.ts'
import { env } from './environment.ts'

/** Returns a link to read an object for `seconds`. */
export const readLink = (Key: string, seconds: number) =>
  getSignedUrl(s3, new GetObjectCommand({ Bucket: env('BUCKET'), Key }), {
    expiresIn: seconds,
  })

/** Returns a link with which a browser saves the object under this name and never renders it. */
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

/** Returns a link to upload exactly this content, and the required headers. S3 refuses another length or checksum. */
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
    // S3 compares the checksum only in a header, not in the query.
    { expiresIn: seconds, unhoistableHeaders: new Set([CHECKSUM]) },
  )
  return { url, headers: { [CHECKSUM]: sha256 } }
}

export const writeLink = (Key: string, seconds: number) =>
  getSignedUrl(s3, new PutObjectCommand({ Bucket: env('BUCKET'), Key }), {
    expiresIn: seconds,
  })
