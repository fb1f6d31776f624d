/** The conductor's view of a leg: the outcome on the first line. */
import { expect, test } from 'vitest'
import { lostReport, reportOf } from '../../../src/core/worker-report.ts'

const result = { allText: '', activity: [] }

test.each([
  [{ outcome: 'done', text: 'It runs.\nSee a.txt.' }, 'done\n\nIt runs.\nSee a.txt.'],
  [{ outcome: 'done', text: ' \n' }, 'done'],
  [{ outcome: 'timeout', text: 'half' }, 'timeout\n\nhalf'],
  [{ outcome: 'failed', text: '', error: 'exit code 1' }, 'failed: exit code 1'],
  [{ outcome: 'failed', text: 'half', error: 'exit code 1' }, 'failed: exit code 1\n\nhalf'],
] as const)('of the result %j', (given, text) => {
  expect(reportOf({ ...result, ...given }, [])).toEqual({ outcome: given.outcome, text })
})

test('names and sizes of the artifacts follow, then the refused files', () => {
  const brought = { ...result, outcome: 'done', text: 'It runs.' } as const
  const artifacts = [
    { name: 'a b.txt', size: 12 },
    { name: 'z.bin', size: 0 },
  ]
  const listed = 'Artifacts:\n- a b.txt (12 bytes)\n- z.bin (0 bytes)'
  expect(reportOf(brought, artifacts).text).toBe(`done\n\nIt runs.\n\n${listed}`)
  const refused = { ...brought, text: '', refusedArtifacts: ['"x" is a folder', '"y" too'] }
  expect(reportOf(refused, []).text).toBe(
    'done\n\nNot handed over from ~/artifacts:\n- "x" is a folder\n- "y" too',
  )
})

test.each([
  [{ Error: 'States.Timeout' }, 'the worker stopped responding'],
  [{ Error: 'States.HeartbeatTimeout', Cause: 'x' }, 'the worker stopped responding'],
  [{ Error: 'SandboxRefused', Cause: 'wrong key' }, 'SandboxRefused wrong key'],
  [{ Error: 'SandboxRefused', Cause: null }, 'SandboxRefused'],
  [{}, 'unknown error'],
  [{ Error: 'E', Cause: 'x'.repeat(9_000) }, `E ${'x'.repeat(500)}`],
])('of a leg without a result: %j', (failure, why) => {
  expect(lostReport(failure)).toEqual({
    outcome: 'lost',
    text: `lost: ${why}. The work of this leg may be lost. The worker can be given instructions again.`,
  })
})
