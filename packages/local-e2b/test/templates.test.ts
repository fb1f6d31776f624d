/** Templates are names with tags: built, found, used and tagged by the real SDK. */
import { Template } from 'e2b'
import { expect, test } from 'vitest'
import { serverForTest } from './support/local-e2b.ts'

test('a template that is built can be used under its name and its tags, and says when it was built', async () => {
  const { server, client } = await serverForTest()
  const options = { apiKey: 'test-key', apiUrl: server.url }
  expect(await Template.exists('mine', options)).toBe(false)
  await expect(client.Sandbox.create('mine')).rejects.toThrow("template 'mine' not found")
  const built = await Template.build(Template().fromBaseImage(), 'mine', {
    ...options,
    tags: ['default', 'v1'],
  })
  expect(await Template.exists('mine', options)).toBe(true)
  const sandbox = await client.Sandbox.create('mine:v1')
  await sandbox.kill()
  await expect(client.Sandbox.create('mine:v2')).rejects.toThrow('not found')

  const next = await Template.build(Template().fromBaseImage(), 'mine', options)
  const tags = await Template.getTags('mine', options)
  expect(tags.map(({ tag, buildId }) => [tag, buildId])).toEqual([
    ['default', next.buildId],
    ['v1', built.buildId],
  ])
  expect(tags[0]?.createdAt.getTime()).toBeGreaterThanOrEqual(tags[1]?.createdAt.getTime() ?? 0)
})

test('a template that is deleted is gone', async () => {
  const { server, client } = await serverForTest()
  const remove = () =>
    fetch(`${server.url}/templates/base`, {
      method: 'DELETE',
      headers: { 'x-api-key': 'test-key' },
    })
  expect([(await remove()).status, (await remove()).status]).toEqual([204, 404])
  await expect(client.Sandbox.create('base')).rejects.toThrow("template 'base' not found")
})
