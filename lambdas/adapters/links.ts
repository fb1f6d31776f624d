/** Short-lived links to objects, for a sandbox that has no credentials. */
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { s3 } from './documents.ts'
import { variable } from './environment.ts'

/** `seconds`: how long the link works. */
export const readLink = (Key: string, seconds: number) =>
  getSignedUrl(s3, new GetObjectCommand({ Bucket: variable('BUCKET'), Key }), {
    expiresIn: seconds,
  })

export const writeLink = (Key: string, seconds: number) =>
  getSignedUrl(s3, new PutObjectCommand({ Bucket: variable('BUCKET'), Key }), {
    expiresIn: seconds,
  })
