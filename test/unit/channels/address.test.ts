import { expect, test } from 'vitest'
import { emailAddress, entriesFor, phoneNumber } from '../../../src/channels/address.ts'
import { contact } from '../../../src/channels/index.ts'

test.each([
  ['+15550100', '+15550100'],
  [' +1 (555) 01-00 ', '+15550100'],
  ['+1.555.0100', '+15550100'],
  ['15550100', undefined],
  ['+05550100', undefined],
  ['+1555', undefined],
  ['+15550100, +15550101', undefined],
  ['+15550100\n', '+15550100'],
  ['+١٥٥٥٠١٠٠', undefined],
])('%j as a number is %j', (text, number) => {
  expect(phoneNumber(text)).toBe(number)
})

test.each([
  ['Ada@Example.COM', 'ada@example.com'],
  ['Ada <ada@example.com>', undefined],
  ['ada@example.com, eve@example.net', undefined],
  ['ada@example.com\nBcc: eve@example.net', undefined],
  ['ada', undefined],
  [`ada@${'a.'.repeat(130)}example.com`, undefined],
])('%j as an address is %j', (text, address) => {
  expect(emailAddress(text)).toBe(address)
})

test.each(['@example.com', 'ada@example.com', '+15550100'])('%s may be on the list', (entry) => {
  expect(contact.parse(entry)).toBe(entry)
})

test.each(['@', 'example.com', '@com', '*', ''])('%j may not', (entry) => {
  expect(contact.safeParse(entry).success).toBe(false)
})

test('an address is allowed by itself or by its domain, and by no part of it', () => {
  expect(entriesFor('ada@mail.example.com')).toEqual(['ada@mail.example.com', '@mail.example.com'])
  expect(entriesFor('+15550100')).toEqual(['+15550100'])
  expect(entriesFor('@example.com')).toEqual(['@example.com'])
})
