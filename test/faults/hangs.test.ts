/** A worker that never finishes: its time limit, which is half an hour in the cloud. */
import { expect, test } from 'vitest'
import { block, endingsOf, replies, testBaton } from '../support/baton.ts'
import { expectDeleted } from '../support/no-sandbox-left.ts'

test('a worker that hangs is stopped at its time limit, retried once, and given up', async () => {
  const baton = await testBaton({ cli: 'real', variables: { LEG_SECONDS: '10' } })
  await baton.send('hangs', `@hang\n${block('echo never')}`)
  const entries = await baton.until('hangs', (all) => endingsOf(all).length === 1)
  const reports = entries.filter(({ role }) => role === 'worker')
  expect(reports.map(({ text }) => text.split('\n')[0])).toEqual(['timeout', 'timeout'])
  expect(endingsOf(entries)).toMatchObject([{ verdict: 'give_up' }])
  expect(replies(entries).at(-1)).toContain('also when asked again')
  await expectDeleted(baton, ['hangs'])
  await baton.close()
})
