/** Creates the stack's buckets, and refuses what fauxqs would ignore about S3. */
import { BucketAlreadyOwnedByYou, CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3'
import type { Service } from './endpoint.ts'
import { AwsError } from './json-service.ts'
import type { Upstream } from './private-socket.ts'

/** Creates the buckets that are not there yet. */
export async function createBuckets(client: S3Client, names: readonly string[]): Promise<void> {
  for (const Bucket of names) {
    await client.send(new CreateBucketCommand({ Bucket })).catch((error) => {
      if (!(error instanceof BucketAlreadyOwnedByYou)) throw error
    })
  }
}

/** S3 over fauxqs, in path style. A conditional write is refused, because fauxqs would make it unconditional. */
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
    await fauxqs.forward(request, response)
  }
}
