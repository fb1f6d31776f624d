/** Creates the stack's buckets, and fixes or refuses the parts of S3 that fauxqs ignores. */
import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { BucketAlreadyOwnedByYou, CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3'
import type { Service } from './endpoint.ts'
import { AwsError } from './json-service.ts'
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
 * S3 over fauxqs, in path style. It refuses conditional writes, which fauxqs would make unconditional. It compares
 * checksums with the body and sets the headers that a presigned link asks for, because fauxqs does neither.
 */
export function s3Service(fauxqs: Upstream): Service {
  return async (request, response) => {
    const { 'if-none-match': absent, 'if-match': same } = request.headers
    if (request.method === 'PUT' && (absent !== undefined || same !== undefined)) {
      throw new AwsError(
        'NotImplemented',
        'If-None-Match and If-Match on PUT are not implemented',
        501,
      )
    }
    if (request.method === 'PUT') compareChecksum(request)
    const answer = await fauxqs.ask(request)
    const { statusCode = 502, headers } = answer
    response.writeHead(statusCode, {
      ...headers,
      ...(statusCode < 300 && requestedHeaders(request)),
    })
    await pipeline(answer, response)
  }
}

function compareChecksum({ headers, body }: ReceivedRequest): void {
  const { 'x-amz-checksum-sha256': stated } = headers
  if (stated === undefined) return
  if (createHash('sha256').update(body).digest('base64') !== stated)
    throw new AwsError('BadDigest', 'The SHA256 you specified did not match what we received', 400)
}

/** Returns the response headers requested by `response-content-disposition=…` and similar parameters. */
function requestedHeaders({ target }: ReceivedRequest): Record<string, string> {
  const { searchParams } = new URL(target, 'http://127.0.0.1')
  return Object.fromEntries(
    [...searchParams]
      .filter(([name]) => name.startsWith('response-'))
      .map(([name, value]) => [name.slice('response-'.length), value]),
  )
}
