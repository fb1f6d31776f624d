/** Lists of servers that run for long. */
import { expect, test } from 'vitest'
import { keepLatest } from '../../../local/keep-latest.ts'

test('the oldest elements go when there is no room, and the latest always stays', () => {
  const list: string[] = []
  const keep = keepLatest(list, 5, ({ length }) => length)
  for (const each of ['aa', 'bb', 'c']) keep(each)
  expect(list).toEqual(['aa', 'bb', 'c'])
  keep('d')
  expect(list).toEqual(['bb', 'c', 'd'])
  keep('much too long')
  expect(list).toEqual(['much too long'])
  keep('e')
  expect(list).toEqual(['e'])
})
