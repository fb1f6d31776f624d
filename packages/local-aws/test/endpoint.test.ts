/** The endpoint accepts only requests that are signed with this start's credentials. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import { DynamoDBClient, GetItemCommand, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import {
  ChangeMessageVisibilityCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type Running, run } from './fixture/run.ts'
import { synthesiseOnly } from './fixture/stack.ts'

let aws: Running
let bucket: string
let queueUrl: string

beforeAll(async () => {
  aws = await run(
    synthesiseOnly((stack) => {
      new Bucket(stack, 'Bucket')
      new Queue(stack, 'Queue')
    }),
  )
  bucket = aws.resources.find('Small/Bucket').physicalId
  queueUrl = aws.resources.find('Small/Queue').physicalId
}, 30_000)
afterAll(() => aws.close())

test.each([
  '/',
  '/health',
  '/_fauxqs/queues',
  '/000000000000/Small-Queue',
])('an unsigned request to %s is refused', async (path) => {
  const response = await fetch(aws.endpoint + path)
  expect([response.status, await response.text()]).toEqual([
    403,
    expect.stringContaining('<Code>MissingAuthenticationToken</Code>'),
  ])
})

test.each([
  ['another key', { accessKeyId: 'AKIAOTHER' }, 'UnrecognizedClientException'],
  ['a wrong secret', { secretAccessKey: 'wrong' }, 'SignatureDoesNotMatch'],
])('a request signed with %s is refused', async (_, change, name) => {
  const credentials = { ...aws.credentials, ...change }
  const client = new DynamoDBClient({ endpoint: aws.endpoint, region: aws.region, credentials })
  const get = client.send(new GetItemCommand({ TableName: 'T', Key: { id: { S: '1' } } }))
  await expect(get).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 403 } })
})

test('a body other than the signed one is refused', async () => {
  const tampering = new S3Client({
    endpoint: aws.endpoint,
    region: aws.region,
    credentials: aws.credentials,
  })
  tampering.middlewareStack.add(
    (next) => (args) => {
      if (typeof args.request === 'object' && args.request !== null) {
        Object.assign(args.request, { body: Buffer.from('evil') })
      }
      return next(args)
    },
    { step: 'finalizeRequest', priority: 'low' },
  )
  const put = tampering.send(new PutObjectCommand({ Bucket: bucket, Key: 'k', Body: 'good' }))
  await expect(put).rejects.toMatchObject({ name: 'XAmzContentSHA256Mismatch' })
})

test.each([
  ['nothing', {}],
  [
    'another key',
    {
      authorization: `AWS4-HMAC-SHA256 Credential=A/1/r/s3/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
    },
  ],
])('a request signed with %s is refused before its body is read', async (_, headers) => {
  const { port } = new URL(aws.endpoint)
  const put = http.request({
    port,
    host: '127.0.0.1',
    method: 'PUT',
    path: `/${bucket}/k`,
    headers,
  })
  onTestFinished(() => void put.destroy())
  put.setHeader('content-length', 400_000_000)
  put.flushHeaders()
  const [response] = await once(put, 'response')
  expect(response.statusCode).toBe(403)
})

test('a service other than S3 refuses a body of more than 16 MB', async () => {
  const MessageBody = 'x'.repeat(17_000_000)
  const sent = aws.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }))
  await expect(sent).rejects.toMatchObject({ name: 'EntityTooLarge' })
})

test("objects are on the API's port too, for presigned links only", async () => {
  const { region, credentials, url } = aws
  const s3 = new S3Client({ endpoint: `${url}/_s3`, region, credentials })
  const Key = "a b/ü+%&'.txt"
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'here' }))
  const link = await getSignedUrl(s3, new GetObjectCommand({ Bucket: bucket, Key }))
  expect(new URL(link).port).toBe(new URL(url).port)
  expect(await (await fetch(link)).text()).toBe('here')
  expect((await fetch(`${url}/_s3/${bucket}/link`)).status).toBe(403)
  const tables = new DynamoDBClient({ endpoint: `${url}/_s3`, region, credentials })
  await expect(tables.send(new ListTablesCommand({}))).rejects.toMatchObject({
    name: 'UnknownService',
  })
})

test('objects with unusual names are read back unchanged, large ones too', async () => {
  const Body = Buffer.alloc(12 * 1024 * 1024, 'x')
  const Key = "a b/ü+%&'.txt"
  await aws.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }))
  const { Contents } = await aws.s3.send(
    new ListObjectsV2Command({ Bucket: bucket, Prefix: 'a b/' }),
  )
  expect(Contents).toMatchObject([{ Key, Size: Body.length }])
  const { Body: got } = await aws.s3.send(new GetObjectCommand({ Bucket: bucket, Key }))
  expect(Buffer.from((await got?.transformToByteArray()) ?? []).equals(Body)).toBe(true)
})

test('presigned links put and get an object', async () => {
  const put = await getSignedUrl(aws.s3, new PutObjectCommand({ Bucket: bucket, Key: 'link' }))
  expect((await fetch(put, { method: 'PUT', body: 'by link' })).status).toBe(200)
  const get = await getSignedUrl(aws.s3, new GetObjectCommand({ Bucket: bucket, Key: 'link' }))
  expect(await (await fetch(get)).text()).toBe('by link')
})

test('an empty object is one, by client and by link', async () => {
  await aws.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'empty', Body: '' }))
  const upload = new PutObjectCommand({ Bucket: bucket, Key: 'nothing', ContentLength: 0 })
  const put = await fetch(await getSignedUrl(aws.s3, upload), { method: 'PUT' })
  expect([put.status, await put.text()]).toEqual([200, ''])
  for (const Key of ['empty', 'nothing']) {
    const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket: bucket, Key }))
    expect(await Body?.transformToString()).toBe('')
  }
})

test('a link that fixes length and checksum refuses any other content', async () => {
  const sha256 = (content: string) => createHash('sha256').update(content).digest('base64')
  const header = 'x-amz-checksum-sha256'
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: 'exact',
    ContentLength: 4,
    ChecksumSHA256: sha256('good'),
  })
  const url = await getSignedUrl(aws.s3, command, { unhoistableHeaders: new Set([header]) })
  const put = async (body: string, stated: string) =>
    (await fetch(url, { method: 'PUT', body, headers: { [header]: sha256(stated) } })).status
  expect(await put('evil', 'good')).toBe(400)
  expect(await put('evil', 'evil')).toBe(403)
  expect(await put('longer', 'good')).toBe(403)
  expect(await put('good', 'good')).toBe(200)
})

test('a link to upload cannot copy another object', async () => {
  await aws.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'secret', Body: 'secret' }))
  const url = await getSignedUrl(aws.s3, new PutObjectCommand({ Bucket: bucket, Key: 'copy' }))
  const headers = { 'x-amz-copy-source': `/${bucket}/secret` }
  const response = await fetch(url, { method: 'PUT', headers })
  expect([response.status, await response.text()]).toEqual([
    403,
    expect.stringContaining('not signed: x-amz-copy-source'),
  ])
})

test('a link sets the response headers of its object', async () => {
  await aws.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'page', Body: '<b>' }))
  const command = new GetObjectCommand({
    Bucket: bucket,
    Key: 'page',
    ResponseContentDisposition: 'attachment; filename="p"',
    ResponseContentType: 'application/octet-stream',
  })
  const { headers } = await fetch(await getSignedUrl(aws.s3, command))
  expect(headers.get('content-disposition')).toBe('attachment; filename="p"')
  expect(headers.get('content-type')).toBe('application/octet-stream')
})

test.each([
  ['has expired', (url: string) => url, -61_000, 'Request has expired'],
  [
    'is for another object',
    (url: string) => url.replace('/link', '/other'),
    0,
    'SignatureDoesNotMatch',
  ],
  [
    'was given a longer life',
    (url: string) => url.replace('Expires=60', 'Expires=6000'),
    0,
    'SignatureDoesNotMatch',
  ],
  ['is from the future', (url: string) => url, 3_600_000, 'not yet valid'],
])('a presigned link that %s is refused', async (_, change, shift, why) => {
  const command = new GetObjectCommand({ Bucket: bucket, Key: 'link' })
  const signingDate = new Date(Date.now() + shift)
  const url = await getSignedUrl(aws.s3, command, { expiresIn: 60, signingDate })
  const response = await fetch(change(url))
  expect([response.status, await response.text()]).toEqual([403, expect.stringContaining(why)])
})

test('a missing object is forbidden, as to those who may not list the bucket; a missing bucket is not found', async () => {
  const missing = { Bucket: bucket, Key: 'missing' }
  await expect(aws.s3.send(new GetObjectCommand(missing))).rejects.toMatchObject({
    name: 'AccessDenied',
    message: expect.stringContaining('is not authorized to perform: s3:ListBucket'),
    $metadata: { httpStatusCode: 403 },
  })
  await expect(aws.s3.send(new HeadObjectCommand(missing))).rejects.toMatchObject({
    $metadata: { httpStatusCode: 403 },
  })
  const link = await getSignedUrl(aws.s3, new GetObjectCommand(missing))
  expect((await fetch(link)).status).toBe(403)
  await expect(
    aws.s3.send(new GetObjectCommand({ Bucket: 'no-such-bucket', Key: 'k' })),
  ).rejects.toMatchObject({ name: 'NoSuchBucket' })
})

test.each([
  ['IfMatch', '"0cc175b9c0f1b6a831c399e269772661"'],
  ['IfNoneMatch', '"0cc175b9c0f1b6a831c399e269772661"'],
])('a write to S3 with %s and a tag is refused instead of being made unconditional', async (condition, tag) => {
  const put = new PutObjectCommand({ Bucket: bucket, Key: 'k', Body: 'x', [condition]: tag })
  await expect(aws.s3.send(put)).rejects.toMatchObject({ name: 'NotImplemented' })
})

test('a link that creates an object writes only where none is, and only with the signed header', async () => {
  const at = { Bucket: bucket, Key: 'created by link' }
  const create = new PutObjectCommand({ ...at, IfNoneMatch: '*' })
  const link = await getSignedUrl(aws.s3, create)
  const put = async (body: string, headers: Record<string, string>) => {
    const response = await fetch(link, { method: 'PUT', body, headers })
    return [response.status, /<Code>(.*)<\/Code>/.exec(await response.text())?.[1]]
  }
  const only = { 'if-none-match': '*' }
  expect(await put('no header', {})).toEqual([403, 'SignatureDoesNotMatch'])
  const atOnce = await Promise.all(['one', 'two', 'three'].map((body) => put(body, only)))
  expect(atOnce.filter(([status]) => status === 200)).toHaveLength(1)
  expect(atOnce.filter(([status]) => status !== 200)).toEqual([
    [412, 'PreconditionFailed'],
    [412, 'PreconditionFailed'],
  ])
  await aws.s3.send(new PutObjectCommand({ ...at, Body: '' }))
  expect(await put('late', only)).toEqual([412, 'PreconditionFailed'])
  const { Body } = await aws.s3.send(new GetObjectCommand(at))
  expect(await Body?.transformToString()).toBe('')
  await aws.s3.send(new DeleteObjectCommand(at))
  expect(await put('again', only)).toEqual([200, undefined])
})

test("a queue's URL by name is the URL that functions get", async () => {
  const { QueueUrl } = await aws.sqs.send(
    new GetQueueUrlCommand({ QueueName: 'Small-Queue4A7E3555' }),
  )
  expect(QueueUrl).toBe(queueUrl)
})

test('a message whose visibility timeout is set to zero is received again', async () => {
  await aws.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'again' }))
  const receive = async () => {
    const command = new ReceiveMessageCommand({ QueueUrl: queueUrl, WaitTimeSeconds: 5 })
    return (await aws.sqs.send(command)).Messages?.[0]
  }
  const first = await receive()
  await aws.sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: queueUrl,
      ReceiptHandle: first?.ReceiptHandle,
      VisibilityTimeout: 0,
    }),
  )
  expect(await receive()).toMatchObject({ MessageId: first?.MessageId, Body: 'again' })
})
