/** `baton dashboard upload`, in a checkout whose sources change. `baton deploy` does the same: see deploy.test.ts. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type TestBaton, testBaton } from '../support/baton.ts'
import { copyCheckout } from '../support/checkout.ts'
import { runCli } from '../support/cli.ts'
import { operatorOf } from '../support/operator.ts'
import { openS3Gate, type S3Gate } from '../support/s3-gate.ts'

const home = mkdtempSync(path.join(tmpdir(), 'baton-dashboard-'))
const checkout = copyCheckout()
const built = path.join(checkout, 'dist/dashboard')

let baton: TestBaton
let gate: S3Gate
let s3: S3Client
let Bucket: string

beforeAll(async () => {
  baton = await testBaton({ pauses: 'reliable' })
  const { endpoint, region, credentials, outputs } = baton.aws
  gate = await openS3Gate(endpoint)
  s3 = new S3Client({ endpoint, region, credentials })
  Bucket = outputs.DashboardBucket ?? ''
})
afterAll(async () => {
  await gate.close()
  await baton.close()
  for (const folder of [home, checkout]) rmSync(folder, { recursive: true })
})
beforeEach(() => {
  gate.refuse(undefined)
  gate.asked()
})

const upload = (words: readonly string[] = [], env: Readonly<Record<string, string>> = {}) =>
  runCli(['dashboard', 'upload', ...words], {
    bin: path.join(checkout, 'bin/baton.ts'),
    cwd: home,
    env: { ...operatorOf(baton, home, ''), AWS_ENDPOINT_URL_S3: gate.url, ...env },
  })

const put = (Key: string, Body: string | Buffer) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body }))

async function keys(): Promise<string[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }))
  return Contents.map(({ Key = '' }) => Key)
}

/** Returns the files of the build that a browser may ask for. */
const filesHere = () =>
  readdirSync(built, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.startsWith('.vite') && statSync(path.join(built, name)).isFile())
    .sort()

/** Returns the icon's name in the build. */
const icon = () => filesHere().find((name) => name.endsWith('.svg')) ?? ''

/** Changes a source: the icon gets another name, and the page with it. */
const changeIcon = (color: string) =>
  writeFileSync(
    path.join(checkout, 'dashboard/icon.svg'),
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path fill="${color}" d="M0 0h1v1H0z"/></svg>`,
  )

/** Requests that change the bucket. */
const changes = (asked: readonly string[]) => asked.filter((each) => /^(PUT|DELETE) /.test(each))

const FOREVER = 'public, max-age=31536000, immutable'
const EXPECTED: Readonly<Record<string, readonly [type: string, kept: string]>> = {
  '.html': ['text/html; charset=utf-8', 'no-cache'],
  '.js': ['text/javascript; charset=utf-8', FOREVER],
  '.css': ['text/css; charset=utf-8', FOREVER],
  '.svg': ['image/svg+xml', FOREVER],
}

test('every file of the build is there with its headers, the page last; what was synchronised before stays', async () => {
  await put('assets/synchronised-12345678.js', '1')
  await put('robots.txt', 'none')
  const done = await upload()
  const names = filesHere()
  expect(done).toMatchObject({ status: 0, out: '' })
  expect(done.err).toContain(`Uploaded ${names.length} files of the dashboard, deleted 1.`)
  expect(names.length).toBeGreaterThan(10)
  expect(await keys()).toEqual(
    [...names, 'assets/synchronised-12345678.js', 'releases.json'].sort(),
  )
  for (const name of names) {
    const object = await s3.send(new GetObjectCommand({ Bucket, Key: name }))
    expect([object.ContentType, object.CacheControl]).toEqual(EXPECTED[path.extname(name)])
    const content = (await object.Body?.transformToByteArray()) ?? []
    expect(Buffer.from(content)).toEqual(readFileSync(path.join(built, name)))
  }
  expect(changes(gate.asked()).slice(-4)).toEqual([
    expect.stringMatching(/^PUT assets\//),
    'PUT index.html',
    'PUT releases.json',
    'DELETE robots.txt',
  ])
})

test('again: nothing is uploaded', async () => {
  expect((await upload()).err).toContain('is that of this checkout')
  expect(changes(gate.asked())).toEqual([])
})

test('only a file that was changed there, or has lost its headers, is uploaded', async () => {
  await put('index.html', readFileSync(path.join(built, 'index.html')))
  await put(icon(), 'something else')
  expect((await upload()).err).toContain('Uploaded 2 files of the dashboard, deleted 0.')
  expect(changes(gate.asked())).toEqual([`PUT ${icon()}`, 'PUT index.html'])
})

test('changed sources are built first; files of the release before stay until the next one', async () => {
  const releases = [icon()]
  changeIcon('#123')
  await upload()
  releases.push(icon())
  expect(await keys()).toEqual(expect.arrayContaining(releases))
  expect(await keys()).not.toContain('assets/synchronised-12345678.js')
  // The same once more is no further release.
  await upload()
  expect(await keys()).toEqual(expect.arrayContaining(releases))

  changeIcon('#456')
  await upload()
  releases.push(icon())
  expect(new Set(releases).size).toBe(3)
  expect((await keys()).filter((key) => releases.includes(key))).toEqual(releases.slice(1).sort())
})

test('a release whose page was not uploaded does not count as the one before', async () => {
  const seen = icon()
  changeIcon('#789')
  gate.refuse(/^PUT index/)
  expect((await upload()).status).toBe(1)
  const unseen = icon()
  expect(await keys()).toContain(unseen)
  gate.refuse(undefined)
  changeIcon('#abc')
  expect((await upload()).err).toContain('Uploaded 2 files of the dashboard, deleted')
  expect(await keys()).toEqual(expect.arrayContaining([seen, icon()]))
  expect(await keys()).not.toContain(unseen)
})

test.each([
  ['s3:ListBucket', /^GET $/],
  ['s3:GetObject', /^GET index/],
  ['s3:PutObject', /^PUT/],
  ['s3:DeleteObject', /^DELETE/],
])('a bucket that refuses %s: the right is named, and what to do', async (right, requests) => {
  await s3.send(new DeleteObjectCommand({ Bucket, Key: icon() }))
  await put('old.txt', 'old')
  gate.refuse(requests)
  const refused = await upload()
  expect(refused).toMatchObject({ status: 1, out: '' })
  expect(refused.err).toContain(`S3 refuses ${right} in the bucket ${Bucket}: Access Denied`)
  expect(refused.err).toContain('you need s3:ListBucket on this bucket')
  expect(refused.err).toContain('baton dashboard upload')
})

test('a stack or a bucket that cannot be reached, and a build that fails, are said', async () => {
  const other = await upload(['--stage', 'other'])
  expect(other).toMatchObject({ status: 1, out: '' })
  expect(other.err).toContain('Baton-other is not deployed in this account and region.')

  const unreachable = await upload([], { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' })
  expect(unreachable).toMatchObject({ status: 1, out: '' })
  expect(unreachable.err).toMatch(/The bucket \S+ cannot be used: .*ECONNREFUSED[\s\S]*repeats/)

  writeFileSync(path.join(checkout, 'dashboard/src/main.tsx'), 'const')
  const broken = await upload()
  expect(broken).toMatchObject({ status: 1, out: '' })
  expect(broken.err).toMatch(/The dashboard cannot be built:[\s\S]*main\.tsx[\s\S]*npm ci/)
  expect(gate.asked()).toEqual([])
})
