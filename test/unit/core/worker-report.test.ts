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

test.each([
  [
    'budget',
    /^failed: The budget of this run is used up: 1 of 2 spent\. The work .* files are kept/,
  ],
  ['key', /^failed: the model's API does not accept the key .* secret anthropic-api-key/],
  ['length', /^failed: the conversation has become too long .* new workers/],
  ['overloaded', /^failed: the model is overloaded\. The worker can be told to go on/],
] as const)('says what kept the model from answering, not what Claude Code makes of it: %s', (kind, text) => {
  const error = 'Failed to authenticate. API Error: 402 Baton: x'
  const trouble = {
    ...{ kind, since: 0, at: 0, count: 1 },
    ...(kind === 'budget' && { detail: 'The budget of this run is used up: 1 of 2 spent.' }),
  }
  const report = reportOf({ ...result, outcome: 'failed', text: '', error }, [], { trouble })
  expect(report.text).toMatch(text)
  expect(report.text).not.toContain('authenticate')
  const done = reportOf({ ...result, outcome: 'done', text: 'It runs.' }, [], { trouble })
  expect(done.text).toBe('done\n\nIt runs.')
})

test('says that it is one of several attempts, however it ended', () => {
  const line = 'One of several attempts at the same task, side by side (group t1.0).'
  const report = reportOf({ ...result, outcome: 'done', text: 'It runs.' }, [], { group: 't1.0' })
  expect(report.text).toBe(`done\n\n${line}\n\nIt runs.`)
  expect(lostReport({}, { group: 't1.0' }).text).toContain(line)
  expect(lostReport({}).text).not.toContain('attempts')
})

test('says no address', () => {
  const error = 'API Error: connect ECONNREFUSED 127.0.0.1:4711'
  expect(reportOf({ ...result, outcome: 'failed', text: '', error }, []).text).toBe(
    'failed: API Error: connect ECONNREFUSED [address]',
  )
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

test('structured output gives the report, its claims, and what they name but nobody handed over', () => {
  const structured = {
    report: 'It runs.',
    criteria: [
      { id: 'C1', status: 'met', procedure: 'Run it.', command: 'make test', artifact: 'log.txt' },
      { id: 'C2', status: 'unverifiable', procedure: 'Ask the bank' },
    ],
    notDone: ['the translation'],
    artifacts: ['log.txt', 'b.txt'],
  }
  const given = { ...result, outcome: 'done', text: 'prose', structured } as const
  const { text, claims } = reportOf(given, [{ name: 'log.txt', size: 1 }])
  expect(claims).toEqual(structured)
  expect(text).toBe(
    [
      'done',
      'It runs.',
      'Claims:\n- C1 met: Run it; command: make test; artifact: log.txt\n- C2 unverifiable: Ask the bank',
      'Not done:\n- the translation',
      'Named as artifacts, but not handed over:\n- b.txt',
      'Artifacts:\n- log.txt (1 bytes)',
    ].join('\n\n'),
  )
  const { text: free, claims: none } = reportOf({ ...given, structured: { criteria: 3 } }, [])
  expect({ free, none }).toEqual({ free: 'done\n\nprose', none: undefined })
})

test('of a leg that began in a new sandbox says so, whatever the worker says', () => {
  const text = reportOf({ ...result, outcome: 'done', text: 'It runs.' }, [], { filesLost: true })
  expect(lostReport({}, { filesLost: true }).text).toMatch(/^lost: .*\n\nThe worker began this leg/)
  expect(text.text).toMatch(/^done\n\nThe worker began this leg in a new sandbox, .*\n\nIt runs\.$/)
})

test('what the worker does not remember is said last', () => {
  const lost = { ...result, outcome: 'done', text: 'x', memoryLost: true } as const
  expect(reportOf(lost, []).text).toBe(
    'done\n\nx\n\nMemory: the worker did not remember its earlier legs, so it was given its task again.',
  )
  const torn = { ...result, outcome: 'failed', text: '', transcriptProblem: 'torn' } as const
  expect(reportOf(torn, []).text).toMatch(/^failed\n\nMemory: the worker will not .*\(torn\)/)
})

test('of a leg that E2B refuses names the setting', () => {
  const { text } = lostReport({ Error: 'SandboxRefused', Cause: 'E2B refused the API key: 401' })
  expect(text).toMatch(/^lost: E2B refuses .* secret e2b-api-key/)
})

test.each([
  [{ Error: 'States.Timeout' }, 'the worker stopped responding'],
  [{ Error: 'States.HeartbeatTimeout', Cause: 'x' }, 'the worker stopped responding'],
  [{ Error: 'SandboxGone', Cause: null }, 'the sandbox could not be reached'],
  [{}, 'an internal error'],
  [{ Error: 'Error', Cause: 'connect ECONNREFUSED 10.0.0.7:8000' }, 'an internal error'],
])('of a leg without a result: %j', (failure, why) => {
  expect(lostReport(failure)).toEqual({
    outcome: 'lost',
    text: `lost: ${why}. The work of this leg may be lost. The worker can be given instructions again.`,
  })
})
