/** The bucket of the dashboard, for the operator: each failure names the right that is missing. */
import { told } from '../aws.ts'
import { CliError, reasonOf } from '../errors.ts'

export interface Stored {
  readonly content: Uint8Array
  readonly contentType: string
  readonly cacheControl: string
}

/** Each method throws a CliError if S3 refuses. */
export interface SiteBucket {
  /** Returns the keys of all objects. */
  list(): Promise<ReadonlySet<string>>
  /** Returns an object, with empty headers where it has none. */
  read(key: string): Promise<Stored>
  put(key: string, object: Stored): Promise<void>
  remove(key: string): Promise<void>
}

/** Opens a bucket in the operator's account and region. */
export async function openSiteBucket(Bucket: string): Promise<SiteBucket> {
  const s3 = await import('@aws-sdk/client-s3')
  const client = new s3.S3Client({ maxAttempts: 5 })
  const using = <T>(right: string, call: Promise<T>): Promise<T> =>
    told(call).catch((cause: unknown) => {
      throw cause instanceof CliError ? cause : refusal(Bucket, right, cause)
    })
  const list = async () => {
    const keys = new Set<string>()
    for await (const { Contents = [] } of s3.paginateListObjectsV2({ client }, { Bucket }))
      for (const { Key = '' } of Contents) keys.add(Key)
    return keys
  }
  const read = async (Key: string) => {
    const found = await client.send(new s3.GetObjectCommand({ Bucket, Key }))
    const { Body, ContentType: contentType = '', CacheControl: cacheControl = '' } = found
    const content = (await Body?.transformToByteArray()) ?? new Uint8Array()
    return { content, contentType, cacheControl }
  }
  const put = (Key: string, { content, contentType, cacheControl }: Stored) => {
    const headers = { ContentType: contentType, CacheControl: cacheControl }
    return client.send(new s3.PutObjectCommand({ Bucket, Key, Body: content, ...headers }))
  }
  return {
    list: () => using('s3:ListBucket', list()),
    read: (key) => using('s3:GetObject', read(key)),
    async put(key, object) {
      await using('s3:PutObject', put(key, object))
    },
    async remove(Key) {
      await using('s3:DeleteObject', client.send(new s3.DeleteObjectCommand({ Bucket, Key })))
    },
  }
}

const AGAIN = 'The stack is deployed; baton dashboard upload repeats only this step.'

function refusal(bucket: string, right: string, cause: unknown): CliError {
  if (cause instanceof Error && cause.name === 'AccessDenied')
    return new CliError(`S3 refuses ${right} in the bucket ${bucket}: ${cause.message}`, {
      cure: `To upload the dashboard you need s3:ListBucket on this bucket, and s3:GetObject, s3:PutObject and s3:DeleteObject on what is in it. ${AGAIN}`,
      cause,
    })
  return new CliError(`The bucket ${bucket} cannot be used: ${reasonOf(cause)}`, {
    cure: `Correct that. ${AGAIN}`,
    cause,
  })
}
