/** The size of items and the write units of a change, as DynamoDB counts them. */
import { expect, test } from 'vitest'
import { type Item, itemBytes } from '../../../bench/messages/item-size.ts'
import { writeUnits } from '../../../bench/messages/write-units.ts'

test.each<[string, Item, number]>([
  ['a string in UTF-8', { id: { S: 'né' } }, 2 + 3],
  ['a number by its digits', { n: { N: '1234' } }, 1 + 3],
  ['a number without its zeros at both ends', { n: { N: '-0.00120' } }, 1 + 1 + 1 + 1],
  ['a truth value', { t: { BOOL: true } }, 1 + 1],
  ['nothing', { t: { NULL: true } }, 1 + 1],
  ['bytes', { b: { B: Buffer.from('12345').toString('base64') } }, 1 + 5],
  ['a set', { s: { SS: ['ab', 'c'] } }, 1 + 3],
  ['an empty list', { l: { L: [] } }, 1 + 3],
  ['a list', { l: { L: [{ S: 'ab' }, { N: '1' }] } }, 1 + 3 + (1 + 2) + (1 + 2)],
  ['a map', { m: { M: { key: { S: 'ab' } } } }, 1 + 3 + 1 + (3 + 2)],
])('the size of %s', (_, item, bytes) => {
  expect(itemBytes(item)).toBe(bytes)
})

const text = (length: number) => ({ S: 'x'.repeat(length) })

test('a write costs a unit for each KB of the larger of the items before and after', () => {
  expect(writeUnits(undefined, { a: text(1_023) }, [])).toBe(1)
  expect(writeUnits(undefined, { a: text(1_024) }, [])).toBe(2)
  expect(writeUnits({ a: text(3_000) }, { a: text(1) }, [])).toBe(3)
  expect(writeUnits({ a: text(3_000) }, undefined, [])).toBe(3)
})

const index = [{ keys: ['id', 'open'], attributes: ['run'] }]
const item = { id: { S: 's' }, run: { N: '1' } }
const open = { ...item, open: { S: 'open' } }

test('an index costs units only when its entry appears, changes or disappears', () => {
  expect(writeUnits(item, { ...item, other: text(10) }, index)).toBe(1)
  expect(writeUnits(item, open, index)).toBe(2)
  expect(writeUnits(open, item, index)).toBe(2)
  expect(writeUnits(open, { ...open, other: text(10) }, index)).toBe(1)
  expect(writeUnits(open, { ...open, run: { N: '2' } }, index)).toBe(2)
})

test('an entry that gets another key is deleted and written', () => {
  expect(writeUnits(open, { ...open, open: { S: 'wide open' } }, index)).toBe(3)
})

test('an index with all attributes contains the whole item', () => {
  expect(writeUnits(undefined, { id: { S: 's' }, a: text(2_000) }, [{ keys: ['id'] }])).toBe(4)
})
