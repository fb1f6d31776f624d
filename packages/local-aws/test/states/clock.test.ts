/** The machine's own time. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'

test('a timer beyond what Node can hold does not run at once, and can be cancelled', async () => {
  let ran = false
  const cancel = systemClock.after(2 ** 31 + 1000, () => {
    ran = true
  })
  await sleep(20)
  expect(ran).toBe(false)
  cancel()
})

test('a timer that is due runs, and a cancelled one does not', async () => {
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
