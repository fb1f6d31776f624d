/** Files from a worker's sandbox to the conductor and the person. */
import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'content-disposition'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  block,
  endingsOf,
  replies,
  sharedBaton,
  type TestBaton,
  withoutReceipts,
} from '../support/baton.ts'
import { deleteObjects } from '../support/bucket.ts'

let baton: TestBaton
beforeAll(async () => {
  baton = await sharedBaton()
})
afterAll(() => baton.close())

interface Detail {
  readonly artifacts: readonly { name: string; size: number; leg: number }[]
}

const detail = async (session: string) => {
  const response = await baton.request(`/api/sessions/${session}/workers/w1`)
  return (await response.json()) as Detail
}
const artifact = (session: string, name: string) =>
  baton.request(`/api/sessions/${session}/workers/w1/artifacts/${encodeURIComponent(name)}`, {
    redirect: 'manual',
  })
const bytesAt = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer())
const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex')

const CONTENT = randomBytes(3_000)
const OCTAL = [...CONTENT].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')

test("a worker's files reach the person unchanged, and a link is refused with a notice", async () => {
  const script = `mkdir artifacts; cd artifacts
printf '${OCTAL}' > data.bin; printf hello > 'the report.txt'; : > empty.log; ln -s /etc/passwd users.txt; sha256sum data.bin`
  await baton.send('files', block(script))
  const entries = await baton.until('files', (all) => endingsOf(all).length > 0)
  expect(replies(entries).at(-1)).toContain(sha256(CONTENT))
  const report = withoutReceipts(entries).find(({ role }) => role === 'worker')?.text
  expect(report).toContain(
    'Artifacts:\n- data.bin (3000 bytes)\n- empty.log (0 bytes)\n- the report.txt (5 bytes)',
  )
  expect(report).toContain('"users.txt" is a symbolic link')
  expect((await detail('files')).artifacts).toEqual([
    { name: 'data.bin', size: 3000, leg: 1, sha256: sha256(CONTENT) },
    { name: 'empty.log', size: 0, leg: 1, sha256: sha256(Buffer.alloc(0)) },
    { name: 'the report.txt', size: 5, leg: 1, sha256: sha256(Buffer.from('hello')) },
  ])

  const preview = async (name: string) => {
    const route = `/api/sessions/files/workers/w1/artifacts/${encodeURIComponent(name)}/preview`
    return (await (await baton.request(route)).json()) as { content: string; link: string }
  }
  const data = await preview('data.bin')
  expect(data).toMatchObject({ name: 'data.bin', size: 3000, isWhole: true })
  expect(Buffer.from(data.content, 'base64').equals(CONTENT)).toBe(true)
  expect(sha256(await bytesAt(data.link))).toBe(sha256(CONTENT))
  expect(await preview('empty.log')).toMatchObject({ size: 0, content: '', isWhole: true })

  const redirect = await artifact('files', 'data.bin')
  expect(redirect.status).toBe(302)
  expect(redirect.headers.get('cache-control')).toBe('no-store')
  const location = redirect.headers.get('location') ?? ''
  expect(new URL(location).searchParams.get('X-Amz-Expires')).toBe('300')
  // Who reaches the API through a tunnel of one port can open the link, too.
  expect(new URL(location).port).toBe(new URL(baton.url).port)
  const download = await fetch(location)
  expect(download.headers.get('content-disposition')).toBe('attachment; filename=data.bin')
  expect(download.headers.get('content-type')).toBe('application/octet-stream')
  expect(sha256(Buffer.from(await download.arrayBuffer()))).toBe(sha256(CONTENT))
  const other = (await artifact('files', 'the report.txt')).headers.get('location') ?? ''
  expect((await bytesAt(other)).toString()).toBe('hello')

  const deleted = await baton.request('/api/sessions/files', { method: 'DELETE' })
  expect(deleted.status).toBe(204)
  // As S3 tells those who may not list the bucket.
  expect((await fetch(location)).status).toBe(403)
  expect((await artifact('files', 'data.bin')).status).toBe(404)
}, 200_000)

test('the conductor has the files with the report, before it reviews it', async () => {
  await baton.send('looks', block('mkdir artifacts; printf looked > artifacts/seen.txt'))
  await baton.until('looks', (all) => endingsOf(all).length > 0)
  const found = readdirSync(baton.stateDir, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('workers/w1/artifacts/seen.txt'))
    .map((file) => readFileSync(path.join(baton.stateDir, file), 'utf8'))
  expect(found).toEqual(['looked'])
})

test('a file has its name in any language, and is 404 once it has expired', async () => {
  await baton.send('names', block("mkdir artifacts; printf ja > 'artifacts/Größe ü.txt'"))
  await baton.until('names', (all) => endingsOf(all).length > 0)
  expect((await detail('names')).artifacts).toMatchObject([{ name: 'Größe ü.txt' }])
  for (const form of ['NFC', 'NFD'] as const) {
    const { headers } = await artifact('names', 'Größe ü.txt'.normalize(form))
    const download = await fetch(headers.get('location') ?? '')
    expect(parse(download.headers.get('content-disposition') ?? '').parameters).toEqual({
      filename: 'Größe ü.txt',
    })
    expect(await download.text()).toBe('ja')
  }
  await deleteObjects(baton, 'artifacts/names/')
  const response = await artifact('names', 'Größe ü.txt')
  expect(response.status).toBe(404)
  expect(await response.text()).toContain('no longer stored')
})

test('a history is readable although the content of one entry has been deleted', async () => {
  await baton.send('large', 'x'.repeat(110_000))
  const entries = await baton.until('large', (all) => replies(all).length > 0)
  await deleteObjects(baton, 'documents/large/')
  const left = await baton.history('large')
  expect(left[0]).toMatchObject({
    seq: 1,
    role: 'system',
    text: expect.stringContaining('no longer stored'),
  })
  expect(left[0]?.at.slice(0, 10)).toBe(entries[0]?.at.slice(0, 10))
  expect(left.slice(1, entries.length).map(({ seq }) => seq)).toEqual(
    entries.slice(1).map(({ seq }) => seq),
  )
})

test.each([
  ['another name', 'files/workers/w1/artifacts/users.txt'],
  ['a path', 'files/workers/w1/artifacts/..%2F..%2Fw2'],
  ['another worker', 'files/workers/w9/artifacts/data.bin'],
  ['another session', 'nobody/workers/w1/artifacts/data.bin'],
])('%s is 404', async (_, path) => {
  const response = await baton.request(`/api/sessions/${path}`, { redirect: 'manual' })
  expect(response.status).toBe(404)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
})

test('a file needs the token', async () => {
  const url = `${baton.url}/api/sessions/files/workers/w1/artifacts/data.bin`
  expect((await fetch(url, { redirect: 'manual' })).status).toBe(401)
})
