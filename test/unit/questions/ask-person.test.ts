/** ASK_PERSON refuses questions whose answers could be misunderstood; KEEP_QUESTION keeps what waits. */
import { expect, test } from 'vitest'
import type { CommandContext } from '../../../src/commands/define.ts'
import { executeCommand } from '../../../src/commands/index.ts'

const ask = (given: { choices?: string[]; default?: string; expiresAfterHours?: number }) =>
  executeCommand({ type: 'ASK_PERSON', question: 'Which?', ...given }, {
    longestWait: 48,
  } as CommandContext)

test('it asks', async () => {
  expect(await ask({ choices: ['yes', 'no'], default: 'no' })).toMatchObject({
    status: 'done',
    ask: { kind: 'ask', text: 'Which?', choices: ['yes', 'no'], default: 'no' },
  })
  expect(await ask({ expiresAfterHours: 48 })).toMatchObject({ status: 'done' })
  expect(await ask({})).toMatchObject({ status: 'done', ask: { choices: [] } })
  expect(await ask({ default: 'as you like' })).toMatchObject({ ask: { default: 'as you like' } })
})

test.each([
  [{ choices: ['Yes', 'yes!'] }, 'cannot be told apart'],
  [{ choices: ['2', '1'] }, 'cannot be told apart'],
  [{ expiresAfterHours: 49 }, 'expiresAfterHours may be at most 48 here'],
  [{ choices: ['yes', 'no'], default: 'maybe' }, 'the default "maybe" is not one of the choices'],
])('%j is refused', async (given, reason) => {
  expect(await ask(given)).toMatchObject({
    status: 'refused',
    notice: expect.stringContaining(reason),
  })
})

test('KEEP_QUESTION says whether there was something to keep', async () => {
  const isOpen = (id: string): boolean => id === 'q1'
  const keep = (questionId: string) =>
    executeCommand({ type: 'KEEP_QUESTION', questionId }, { isOpen } as unknown as CommandContext)
  expect(await keep('q1')).toEqual({ status: 'done', outcome: 'q1 stays open' })
  expect(await keep('q2')).toMatchObject({
    status: 'refused',
    notice: expect.stringContaining('no longer waits'),
  })
})
