/** The bucket of a local Baton, for tests in which objects have expired. */
import {
  DeleteObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { expect } from 'vitest'
import type { TestBaton } from './baton.ts'

function bucketOf({ aws }: TestBaton) {
  const { region, endpoint, credentials, resources } = aws
  const s3 = new S3Client({ region, endpoint, credentials })
  const Bucket = resources.find('Baton/Storage/Bucket', 'AWS::S3::Bucket').physicalId
  return { s3, Bucket }
}

/** Returns the sizes of all objects with this prefix, by key. */
export async function objectSizes(baton: TestBaton, Prefix: string) {
  const { s3, Bucket } = bucketOf(baton)
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }))
  return Object.fromEntries(Contents.map(({ Key = '', Size }) => [Key, Size]))
}

/** Deletes all objects with this prefix, as S3 does when they expire. There must be some. */
export async function deleteObjects(baton: TestBaton, Prefix: string): Promise<void> {
  const { s3, Bucket } = bucketOf(baton)
  const keys = Object.keys(await objectSizes(baton, Prefix))
  expect(keys).not.toEqual([])
  for (const Key of keys) await s3.send(new DeleteObjectCommand({ Bucket, Key }))
}

/** Gives all objects with this prefix another content. There must be some. */
export async function replaceObjects(
  baton: TestBaton,
  prefix: string,
  content: string,
): Promise<void> {
  const { s3, Bucket } = bucketOf(baton)
  const keys = Object.keys(await objectSizes(baton, prefix))
  expect(keys).not.toEqual([])
  for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket, Key, Body: content }))
}
