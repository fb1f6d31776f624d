/** Baton's own secrets are rotated under traffic: no request, job or link is refused. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { block, receipts, replies, type TestBaton, testBaton } from '../support/baton.ts'
import { rotate } from '../support/secrets.ts'

const OLD = 'operator-before-the-rotation'
const NEW = 'operator-after-the-rotation'

let baton: TestBaton
beforeAll(async () => {
  baton = await testBaton({ token: OLD, pauses: 'reliable' })
})
afterAll(() => baton.close())

const statusWith = async (token: string, route: string) =>
  (await baton.request(route, { headers: { authorization: `Bearer ${token}` } })).status

test('requests with the old and the new token, at once and by several functions', async () => {
  const routes = ['/api/sessions', '/api/people', '/api/access']
  const traffic = async (token: string) => {
    const statuses: number[] = []
    for (const route of [...routes, ...routes]) statuses.push(await statusWith(token, route))
    return statuses
  }
  const before = traffic(OLD)
  await rotate(baton.aws, 'Baton/api-token', NEW)
  const all = await Promise.all([before, traffic(NEW)])
  expect(new Set([...all.flat(), ...(await traffic(OLD))])).toEqual(new Set([200]))
  expect(await statusWith('another', '/api/sessions')).toBe(401)
})

test('jobs that run go on: the worker is not asked again, and the conductor reviews it', async () => {
  await baton.send('work', block('sleep 8; echo made it'))
  await baton.atWork('work')
  await rotate(baton.aws, 'Baton/job-signing-key', 'a-new-key-for-jobs')
  const entries = await baton.until('work', (all) => replies(all).length === 2)
  expect(replies(entries).at(-1)).toContain('made it')
  const [receipt] = receipts(await baton.until('work', (all) => receipts(all).length > 0))
  expect(receipt).toMatchObject({ turns: 2, workers: 1 })
})

test('a link that was sent works on', async () => {
  const made = await baton.request('/api/sessions/work/links', { method: 'POST' })
  const text = await made.text()
  expect(made.status, text).toBe(200)
  const [, token = ''] = String(JSON.parse(text).url).split('#link=')
  const route = '/api/sessions/work/messages'
  expect(await statusWith(token, route)).toBe(200)
  await rotate(baton.aws, 'Baton/link-key', 'a-new-key-for-links')
  expect(await statusWith(token, route)).toBe(200)
})
