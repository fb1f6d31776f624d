/** S3 hides from those who may not list a bucket that an object is missing. A lack of rights is still an error. */
import { beforeEach, expect, test, vi } from 'vitest'
import { downloadLink, readObject } from '../../../src/adapters/objects.ts'
import { answer, type Reaction, startProvider } from '../channels/provider.ts'
import { setDeployment } from './deployment.ts'

setDeployment()
const s3 = await startProvider()
beforeEach(() => {
  vi.stubEnv('AWS_ENDPOINT_URL', s3.url)
})

const error = (status: number, code: string, message: string): Reaction =>
  answer(status, `<Error><Code>${code}</Code><Message>${message}</Message></Error>`, {
    'content-type': 'application/xml',
  })
const denied = (action: string) =>
  error(
    403,
    'AccessDenied',
    `User: arn:aws:sts::1:assumed-role/r/f is not authorized to perform: ${action} on resource: "arn:aws:s3:::b" because no identity-based policy allows the ${action} action`,
  )

const read = () => readObject('documents/main/1.json')
const link = () => downloadLink('artifacts/main/w1/1.1/a', { name: 'ü "a".txt', seconds: 60 })

test.each<[string, Reaction]>([
  ['as those who may list are told', error(404, 'NoSuchKey', 'The key does not exist.')],
  ['as those who may not list are told', denied('s3:ListBucket')],
  ['as accounts without detailed messages are told', error(403, 'AccessDenied', 'Access Denied')],
])('a missing object is none, %s', async (_, reaction) => {
  s3.react = reaction
  expect(await read()).toBeUndefined()
  expect(await link()).toBeUndefined()
})

test.each<[string, Reaction, string]>([
  ['to read', denied('s3:GetObject'), 's3:GetObject'],
  ['to decrypt', denied('kms:Decrypt'), 'kms:Decrypt'],
  ['of any kind, with a wrong key', error(403, 'InvalidAccessKeyId', 'No such key id'), 'key id'],
])('the lack of a right %s is an error', async (_, reaction, why) => {
  s3.react = reaction
  await expect(read()).rejects.toThrow(why)
  await expect(link()).rejects.toThrow(why)
})

test('an object is read, and its link names the file in any language', async () => {
  s3.react = answer(200, 'x')
  expect(Buffer.from((await read()) ?? []).toString()).toBe('x')
  const { searchParams } = new URL((await link()) ?? '')
  expect(searchParams.get('response-content-disposition')).toBe(
    `attachment; filename="_ \\"a\\".txt"; filename*=UTF-8''%C3%BC%20%22a%22.txt`,
  )
})

test('an empty object, which has no first byte, exists', async () => {
  s3.react = error(416, 'InvalidRange', 'The requested range is not satisfiable')
  expect(await link()).toContain('response-content-disposition')
})
