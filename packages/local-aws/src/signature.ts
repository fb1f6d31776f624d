/**
 * Verifies that a request was signed with this start's credentials (AWS Signature Version 4, in the header or
 * presigned).
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import { AwsError } from './json-service.ts'
import { requestUrl } from './loopback.ts'
import { NodeSha256 } from './node-sha256.ts'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** A request without its body. */
export interface RequestHead {
  readonly method: string
  /** Path and query as received. */
  readonly target: string
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
}

export interface ReceivedRequest extends RequestHead {
  readonly body: Buffer
}

/** The scope of a verified signature. */
export interface Signer {
  readonly service: string
  readonly region: string
}

/** What the request claims about its signature. */
interface Claim extends Signer {
  readonly accessKeyId: string
  /** When it was signed, as `20261123T033200Z`. */
  readonly date: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
  /** Seconds for which a presigned request is valid; undefined for a signature in the header. */
  readonly expiresIn?: number
}

const allowedSkewMs = 15 * 60_000
const signatureParameters =
  /^x-amz-(algorithm|credential|date|expires|signedheaders|signature|content-sha256)$/i

/**
 * Verifies the signature of a request before its body is read; {@link checkBody} then compares the body. Throws AWS's
 * error if the signature is missing, wrong or too old, or does not cover a hash of the body. Source: "Signature
 * Version 4 signing process", AWS General Reference.
 */
export async function proveSignature(
  request: RequestHead,
  credentials: Credentials,
  now: number,
): Promise<Signer> {
  const url = requestUrl({ url: request.target })
  const claim = headerClaim(request.headers) ?? presignedClaim(url.searchParams)
  if (!claim) throw refusal('MissingAuthenticationToken', 'The request is not signed')
  if (claim.accessKeyId !== credentials.accessKeyId) {
    throw refusal('UnrecognizedClientException', 'The credentials are not those of this start')
  }
  checkAge(claim, now)
  checkHeaders(claim, request.headers)
  // The SDK always sends it. Without it, the signature could only be checked after the body was read.
  if (claim.expiresIn === undefined && request.headers['x-amz-content-sha256'] === undefined) {
    throw refusal('MissingSecurityHeader', 'The header x-amz-content-sha256 is missing')
  }
  const expected = await sign(request, url, claim, credentials)
  if (!sameText(expected, claim.signature)) {
    throw refusal('SignatureDoesNotMatch', 'The signature is not right for this request')
  }
  return { service: claim.service, region: claim.region }
}

function headerClaim(headers: ReceivedRequest['headers']): Claim | undefined {
  const { authorization = '', 'x-amz-date': date = '' } = headers
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      authorization,
    )
  const [, credential = '', signedHeaders = '', signature = ''] = match ?? []
  return match
    ? { ...scope(credential), date, signedHeaders: signedHeaders.split(';'), signature }
    : undefined
}

function presignedClaim(query: URLSearchParams): Claim | undefined {
  const signature = query.get('X-Amz-Signature')
  if (signature === null) return undefined
  return {
    ...scope(query.get('X-Amz-Credential') ?? ''),
    date: query.get('X-Amz-Date') ?? '',
    signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
    signature,
    expiresIn: Number(query.get('X-Amz-Expires')),
  }
}

function scope(credential: string): Pick<Claim, 'accessKeyId' | 'service' | 'region'> {
  const [accessKeyId = '', , region = '', service = ''] = credential.split('/')
  return { accessKeyId, region, service }
}

function checkAge({ date, expiresIn }: Claim, now: number): void {
  const signedAt = signingTime(date).getTime()
  if (Number.isNaN(signedAt)) throw refusal('AccessDenied', `${date} is not a date`)
  if (expiresIn === undefined && Math.abs(now - signedAt) > allowedSkewMs) {
    throw refusal('RequestTimeTooSkewed', 'The signature is more than 15 minutes off')
  }
  if (expiresIn === undefined) return
  if (!(expiresIn > 0 && expiresIn <= 604_800)) {
    throw refusal('AuthorizationQueryParametersError', 'X-Amz-Expires must be 1 second to 7 days')
  }
  if (now > signedAt + expiresIn * 1000) throw refusal('AccessDenied', 'Request has expired')
  if (signedAt > now + allowedSkewMs) throw refusal('AccessDenied', 'Request is not yet valid')
}

/**
 * A link allows what was signed and nothing else. Otherwise `x-amz-copy-source` would turn an upload into a copy of any
 * other object.
 */
function checkHeaders({ expiresIn, signedHeaders }: Claim, headers: RequestHead['headers']): void {
  if (expiresIn === undefined) return
  const unsigned = Object.keys(headers).filter(
    (name) => name.startsWith('x-amz-') && !signedHeaders.includes(name),
  )
  if (unsigned.length > 0)
    throw refusal(
      'AccessDenied',
      `There were headers present in the request which were not signed: ${unsigned.join(', ')}`,
    )
}

/**
 * The signature covers the hash that the client states, so that has to be the hash of the body. Throws AWS's error
 * if it is not.
 */
export function checkBody({ headers, body }: ReceivedRequest): void {
  const stated = headers['x-amz-content-sha256']
  if (stated === undefined || !/^[0-9a-f]{64}$/.test(stated)) return
  if (!sameText(createHash('sha256').update(body).digest('hex'), stated)) {
    throw new AwsError('XAmzContentSHA256Mismatch', 'The body is not the one that was signed', 400)
  }
}

async function sign(
  request: RequestHead,
  url: URL,
  claim: Claim,
  credentials: Credentials,
): Promise<string> {
  const signer = new SignatureV4({
    credentials,
    region: claim.region,
    service: claim.service,
    sha256: NodeSha256,
    applyChecksum: false,
    // S3 signs the path as sent; all other services encode it once more.
    uriEscapePath: claim.service !== 's3',
  })
  const signable = new Set(claim.signedHeaders)
  const unsigned = {
    method: request.method,
    protocol: 'http:',
    hostname: url.hostname,
    path: request.target.split('?')[0] ?? '/',
    query: unsignedQuery(url.searchParams),
    headers: Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => signable.has(name)),
    ),
  }
  const options = { signingDate: signingTime(claim.date), signableHeaders: signable }
  if (claim.expiresIn === undefined) {
    const { headers } = await signer.sign(unsigned, options)
    return headers.authorization?.split('Signature=')[1] ?? ''
  }
  const hash = url.searchParams.get('X-Amz-Content-Sha256')
  const headers = {
    ...unsigned.headers,
    ...(hash === null ? {} : { 'X-Amz-Content-Sha256': hash }),
  }
  const { query } = await signer.presign(
    { ...unsigned, headers },
    // A header that was signed stays a header instead of moving to the query.
    { ...options, unhoistableHeaders: signable, expiresIn: claim.expiresIn },
  )
  return String(query?.['X-Amz-Signature'])
}

function unsignedQuery(parameters: URLSearchParams): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {}
  for (const name of new Set(parameters.keys())) {
    if (signatureParameters.test(name)) continue
    const values = parameters.getAll(name)
    query[name] = values.length === 1 ? (values[0] ?? '') : values
  }
  return query
}

/** Parses `20261123T033200Z`. */
const signingTime = (date: string) =>
  new Date(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))

const refusal = (type: string, message: string) => new AwsError(type, message, 403)

function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}
