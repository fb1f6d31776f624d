/** The scripted verifier runs what a criterion or a claim names, and reports what it saw. */
import { expect, test } from 'vitest'
import type { Call } from '../../../local/model/conversation.ts'
import { verify } from '../../../local/model/verifier.ts'

const TOOL = 'StructuredOutput'
const claims = [
  { id: 'C1', status: 'met', procedure: 'Run it.', command: 'make test' },
  { id: 'C2', status: 'met', procedure: 'Run it.', command: 'make test' },
  { id: 'C3', status: 'met', procedure: 'Look.', artifact: "it's.txt" },
  { id: 'C4', status: 'met', procedure: 'Believe me.' },
]
const prompt = [
  {
    kind: 'CRITERIA',
    content: 'C1: `cmp a b` exits 0.\nC2: The tests pass.\nC3: A file.\nC4: It is good.',
  },
  { kind: 'CLAIMS', content: JSON.stringify(claims, null, 1) },
]
const ask = (calls: Call[], tool: string | undefined = TOOL) =>
  verify({ prompt, calls, before: { prompt: [], calls: [] } }, tool)
const ran = (text: string, isError = false): Call => ({
  name: 'Bash',
  input: {},
  result: { text, isError },
})

test('it runs the command of the criterion, or the claimed one, or looks at the artifact', () => {
  const asked = [ask([]), ask([ran('')]), ask([ran(''), ran('')])]
  expect(JSON.stringify(asked[0])).toContain('\\ncmp a b\\n')
  expect(JSON.stringify(asked[1])).toContain('\\nmake test\\n')
  expect(JSON.stringify(asked[2])).toContain("head -c 1000 ~/artifacts-to-check/'it'\\\\''s.txt'")
})

test('it reports the exit status and what it saw, whatever is claimed', () => {
  const [answer] = ask([
    ran('Exit code 1\na b differ', true),
    ran('41 passed'),
    ran('killed', true),
  ])
  expect(answer).toMatchObject({
    name: TOOL,
    input: {
      criteria: [
        { id: 'C1', status: 'unmet', command: 'cmp a b', exitStatus: 1, excerpt: 'a b differ' },
        { id: 'C2', status: 'met', command: 'make test', exitStatus: 0, excerpt: '41 passed' },
        { id: 'C3', status: 'unverifiable' },
        { id: 'C4', status: 'unverifiable' },
      ],
    },
  })
})

test('findings that were refused are not repeated, because that would never end', () => {
  const refused = { name: TOOL, input: {}, result: { text: 'no', isError: true } }
  expect(ask([refused])).toEqual([{ type: 'text', text: 'My findings were refused: no' }])
})

test('a command that prints nothing has shown its exit status, so that the work can be accepted', () => {
  const [answer] = ask([ran(''), ran('(Bash completed with no output)'), ran('')])
  const shown = { status: 'met', exitStatus: 0, excerpt: 'exit status 0, and no output' }
  expect(answer).toMatchObject({ input: { criteria: [shown, shown, shown, { id: 'C4' }] } })
})
