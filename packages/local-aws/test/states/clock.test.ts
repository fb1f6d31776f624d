/** The system clock. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'

test("a timer longer than Node's maximum does not run at once, and can be cancelled", async () => {
  let ran = false
  const cancel = systemClock.after(2 ** 31 + 1000, () => {
    ran = true
  })
  await sleep(20)
  expect(ran).toBe(false)
  cancel()
})

test('a timer runs when it is due, unless it is cancelled', async () => {
  const ran: string[] = []
  const cancel = systemClock.after(0, () => ran.push('cancelled'))
  cancel()
  await new Promise<void>((resolve) => {
    systemClock.after(1, () => {
      ran.push('due')
      resolve()
    })
  })
  expect(ran).toEqual(['due'])
})
