/** Creates the stack's buckets, and fixes or refuses the parts of S3 that fauxqs ignores. */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { BucketAlreadyOwnedByYou, CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3'
import type { Service } from './endpoint.ts'
import { account } from './identity.ts'
import { AwsError } from './json-service.ts'
import { requestUrl } from './loopback.ts'
import type { Upstream } from './private-socket.ts'
import type { ReceivedRequest } from './signature.ts'

/** Creates the buckets that do not exist. */
export async function createBuckets(client: S3Client, names: readonly string[]): Promise<void> {
  for (const Bucket of names) {
    await client.send(new CreateBucketCommand({ Bucket })).catch((error) => {
      if (!(error instanceof BucketAlreadyOwnedByYou)) throw error
    })
  }
}

/**
 * S3 over fauxqs, in path style. It performs `If-None-Match: *` on PUT, and refuses other conditional writes, because
 * fauxqs would make them unconditional. It compares
 * checksums with the body and sets the headers that a presigned link asks for, because fauxqs does neither. A missing
 * object is forbidden, as to callers without `s3:ListBucket`.
 */
export function s3Service(fauxqs: Upstream): Service {
  const inTurn = writesInTurn()
  return async (request, response) => {
    if (asksForVersions(request)) {
      const listed = await text(await fauxqs.ask(withoutVersions(request)))
      response.writeHead(200, { 'content-type': 'application/xml' }).end(asVersions(listed))
      return
    }
    const answer = await (request.method === 'PUT'
      ? inTurn(request, () => write(fauxqs, request))
      : fauxqs.ask(request))
    const { statusCode = 502, headers } = answer
    if (statusCode === 404) {
      const body = await text(answer)
      if (isMissingObject(request, body)) throw mayNotList(request)
      response.writeHead(statusCode, headers).end(body)
      return
    }
    response.writeHead(statusCode, {
      ...headers,
      ...(statusCode < 300 && requestedHeaders(request)),
    })
    await pipeline(answer, response)
  }
}

const asksForVersions = ({ method, target }: ReceivedRequest) =>
  method === 'GET' && /^\/[^/?]+\/?\?(.*&)?versions\b/.test(target)

const withoutVersions = (request: ReceivedRequest): ReceivedRequest => ({
  ...request,
  target: request.target.replace(/\?.*/, '?list-type=2'),
})

/** Buckets keep no versions, so each object has one, which S3 calls `null`. */
const asVersions = (listed: string): string =>
  listed
    .replaceAll('ListBucketResult', 'ListVersionsResult')
    .replaceAll('<Contents>', '<Version><VersionId>null</VersionId><IsLatest>true</IsLatest>')
    .replaceAll('</Contents>', '</Version>')

/** Performs the writes of each object one after the other, so that none comes between a condition and its write. */
function writesInTurn() {
  const last = new Map<string, Promise<unknown>>()
  return async <T>({ target }: ReceivedRequest, perform: () => Promise<T>): Promise<T> => {
    const [object = ''] = target.split('?')
    const earlier = last.get(object) ?? Promise.resolve()
    const mine = earlier.then(perform, perform)
    last.set(object, mine)
    return mine.finally(() => {
      if (last.get(object) === mine) last.delete(object)
    })
  }
}

async function write(fauxqs: Upstream, request: ReceivedRequest): Promise<IncomingMessage> {
  const { 'if-none-match': absent, 'if-match': same } = request.headers
  if (same !== undefined || (absent !== undefined && absent !== '*'))
    throw new AwsError(
      'NotImplemented',
      'Of the conditions on PUT, only If-None-Match: * is implemented',
      501,
    )
  compareChecksum(request)
  if (absent !== undefined && (await exists(fauxqs, request)))
    throw new AwsError(
      'PreconditionFailed',
      'At least one of the pre-conditions you specified did not hold',
      412,
    )
  return fauxqs.ask(withContentType(request))
}

async function exists(fauxqs: Upstream, { target }: ReceivedRequest): Promise<boolean> {
  const head = { method: 'HEAD', target: target.split('?')[0] ?? '', headers: {} }
  const answer = await fauxqs.ask({ ...head, body: Buffer.alloc(0) })
  answer.resume()
  return answer.statusCode === 200
}

/** S3's default. fauxqs fails on an empty body without a type, because it takes that for no body. */
const withContentType = (request: ReceivedRequest): ReceivedRequest => ({
  ...request,
  headers: {
    'content-type': 'binary/octet-stream',
    ...request.headers,
  },
})

/** Returns whether S3 would say `NoSuchKey` to a caller who may list the bucket. A response to HEAD has no body. */
const isMissingObject = ({ method, target }: ReceivedRequest, body: string) =>
  body.includes('<Code>NoSuchKey</Code>') || (method === 'HEAD' && /^\/[^/?]+\/[^?]/.test(target))

/**
 * S3's response about a missing object to callers without `s3:ListBucket`, so that they cannot find out which objects
 * exist. Permissions are not checked here, so everyone gets what the one with the fewest permissions gets.
 */
function mayNotList({ target }: ReceivedRequest): AwsError {
  const [, bucket = ''] = target.split('/')
  return new AwsError(
    'AccessDenied',
    `User: arn:aws:sts::${account}:assumed-role/local/local is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::${bucket}" because no identity-based policy allows the s3:ListBucket action`,
    403,
  )
}

function compareChecksum({ headers, body }: ReceivedRequest): void {
  const { 'x-amz-checksum-sha256': stated } = headers
  if (stated === undefined) return
  if (createHash('sha256').update(body).digest('base64') !== stated)
    throw new AwsError('BadDigest', 'The SHA256 you specified did not match what we received', 400)
}

/** Returns the response headers requested by `response-content-disposition=…` and similar parameters. */
function requestedHeaders({ target }: ReceivedRequest): Record<string, string> {
  const { searchParams } = requestUrl({ url: target })
  return Object.fromEntries(
    [...searchParams]
      .filter(([name]) => name.startsWith('response-'))
      .map(([name, value]) => [name.slice('response-'.length), value]),
  )
}
