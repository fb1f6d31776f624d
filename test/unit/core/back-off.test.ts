/** A run that has failed before waits before it is taken over, unless a message comes. */
import { expect, test } from 'vitest'
import { append, recoverRun } from '../../../src/protocol/append.ts'
import { backOff, backOffSeconds } from '../../../src/protocol/back-off.ts'
import { message, NOW, session } from './fixtures.ts'

const token = (k: number) => ({ k, value: `token ${k}` })
const failing = (tries: number) =>
  session({ lastSeq: 7, inbox: [message(1)], run: { id: 2, open: true, tries } })

test('the first failure is recovered from at once, later ones after a pause that grows to a limit', () => {
  const seconds = [0, 1, 2, 3, 4, 100].map((tries) => backOffSeconds(failing(tries)))
  expect(seconds).toEqual([0, 15, 45, 120, 120, 120])
})

test('a message wakes it by its token, although one waits already, and a recovery drops the token', () => {
  const { item, output } = backOff(failing(1), 2, { seq: 7, token: token(1) })
  expect(output).toBe(true)
  const woken = append(item, { id: 'm8', from: 'person', size: 1, now: NOW })
  expect(woken.output).toEqual({ run: 2, token: 'token 1' })
  expect(recoverRun(item, 2).item.run).toEqual({ id: 3, open: true, tries: 2 })
})

test('it does not wait if a message has come since the failure was reported, or another run took over', () => {
  const newer = { ...failing(1), lastSeq: 8 }
  expect(backOff(newer, 2, { seq: 7, token: token(1) })).toEqual({ item: newer, output: false })
  const other = failing(1)
  expect(backOff(other, 1, { seq: 7, token: token(1) })).toEqual({ item: other, output: false })
})

test('a late attempt does not replace the token of a later one', () => {
  const { item } = backOff(failing(1), 2, { seq: 7, token: token(2) })
  expect(backOff(item, 2, { seq: 7, token: token(1) })).toEqual({ item, output: true })
})
