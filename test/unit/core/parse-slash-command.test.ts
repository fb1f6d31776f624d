import { expect, test } from 'vitest'
import { parseSlashCommand } from '../../../src/core/slash-command.ts'

test.each([
  ['/stop', 'stop'],
  [' /STATUS\n', 'status'],
  ['/new-session', 'new-session'],
  ['/kill-workers', 'kill-workers'],
  ['/continue', 'continue'],
  ['/help', 'help'],
  [
    '/stop\n\nSent with Proton Mail secure email.\n\nOn 5 Jan 2026, 10:00, Baton wrote:\n> a',
    'stop',
  ],
  ['\r\n/stop\r\n-- \r\nAda', 'stop'],
  ['/stop\n/new-session', 'stop'],
])('%j is a slash command', (text, order) => {
  expect(parseSlashCommand(text)).toBe(order)
})

test.each([
  'stop',
  '/stop it',
  'please /stop',
  '/stopp',
  '> /stop',
  '/ stop',
  'a\n/stop',
  '/unknown',
  '',
])('%j goes to the conductor', (text) => {
  expect(parseSlashCommand(text)).toBeUndefined()
})
