/** Reads S3's refusals of presigned links. */
import type { HttpResponse } from './exchange.ts'

type Refusal = Pick<HttpResponse, 'status' | 'content'>

const LONGEST = 10_000

/** S3's error has one element each for its code and its message. */
function element(name: 'Code' | 'Message', { content }: Refusal): string | undefined {
  const text = content.subarray(0, LONGEST).toString()
  return new RegExp(`<${name}>([^<]{1,300})</${name}>`).exec(text)?.[1]
}

/**
 * Returns whether the object no longer exists. S3 says that only to those who may list the bucket, which no link allows.
 * Its response to others is 403, like that to a link that has expired or is wrong; only the message tells them apart.
 */
export function isMissing(refusal: Refusal): boolean {
  if (refusal.status === 404 || refusal.status === 410) return true
  if (refusal.status !== 403 || element('Code', refusal) !== 'AccessDenied') return false
  const message = element('Message', refusal) ?? ''
  return message === 'Access Denied' || message.includes('s3:ListBucket')
}

/** Returns why S3 refused, without the URL, because its query is a credential. */
export function reasonOf(refusal: Refusal): string {
  const message = element('Message', refusal)
  return `HTTP ${refusal.status}${message === undefined ? '' : `: ${message}`}`
}
