/** The rules of the scripted worker, without Claude Code. */
import { expect, test } from 'vitest'
import { answer } from '../../../local/model/script.ts'
import { asked, called, framed, requestOf, workerSays } from './request.ts'

const task = (content: string) =>
  asked(framed('[TASK]', content), framed('[CRITERIA]', 'The report shows exit status 0.'))
const instructions = (content: string) => asked(framed('[INSTRUCTIONS]', content))
const sh = (script: string) => `\`\`\`sh\n${script}\n\`\`\``
const bash = (command: unknown) => [
  {
    type: 'tool_use',
    name: 'Bash',
    input: { command, description: expect.any(String), timeout: 600_000 },
  },
]
const script = (block: string) => bash(`sh /dev/fd/3 3<<'BLOCK' </dev/null 2>&1\n${block}\nBLOCK`)
const firstLeg = [task(sh('echo 1')), ...called('Bash', {}, { text: '1' })]

test('a block is run unchanged', () => {
  expect(workerSays(task(`Do:\n${sh('echo "$1"\n  sleep 25')}`))).toEqual(
    script('echo "$1"\n  sleep 25'),
  )
})

test('a block that contains the end mark is run unchanged', () => {
  const [call] = workerSays(task(sh('echo\nBLOCK\necho')))
  expect(call).toMatchObject({ input: { command: expect.stringContaining("<<'BLOCK_'") } })
})

test.each([
  ['Create a file at /tmp/a with the text Hello', "printf '%s\\n' 'Hello' > '/tmp/a'"],
  [
    'Create a file at c with the text two words @hang-not',
    "printf '%s\\n' 'two words @hang-not' > 'c'",
  ],
  ['Create a test file at `a b` with the text "it\'s"', "printf '%s\\n' 'it'\\''s' > 'a b'"],
])('%j writes that file and shows it', (sentence, command) => {
  const [call] = workerSays(task(sentence))
  expect(call).toMatchObject({ input: { command: expect.stringContaining(command) } })
  expect(call).toMatchObject({ input: { command: expect.stringMatching(/\ncat '[^']+'\n/) } })
})

test.each([
  [{ text: 'a\n```\nb' }, 'exit status 0\n\n````\na\n```\nb\n````'],
  [{ text: '(Bash completed with no output)' }, 'exit status 0\n\n```\n```'],
  [{ text: 'Exit code 3\nno\nway', isError: true }, 'exit status 3\n\n```\nno\nway\n```'],
  [{ text: 'Exit code 1', isError: true }, 'exit status 1\n\n```\n```'],
  [{ text: 'Permission denied', isError: true }, expect.not.stringContaining('exit status')],
])("the command's result is reported: %j", (result, text) => {
  expect(workerSays(task(sh('x')), ...called('Bash', {}, result))).toEqual([{ type: 'text', text }])
})

test('with structured output it claims for each criterion what the exit status shows', () => {
  const reports = (result: { text: string; isError?: boolean }) =>
    answer(
      requestOf(
        [
          asked(
            framed('[TASK]', `${sh('true')}`),
            framed('[CRITERIA]', 'C1: It ends with exit status 0.\nC2: It prints nothing.'),
          ),
          ...called('Bash', {}, result),
        ],
        ['Bash', 'StructuredOutput'],
      ),
    )
  const claim = { procedure: expect.any(String), command: 'true' }
  expect(reports({ text: 'done' })).toMatchObject([
    {
      name: 'StructuredOutput',
      input: {
        report: 'exit status 0\n\n```\ndone\n```',
        criteria: [
          { ...claim, id: 'C1', status: 'met' },
          { ...claim, id: 'C2', status: 'met' },
        ],
      },
    },
  ])
  expect(reports({ text: 'Exit code 1', isError: true })).toMatchObject([
    { input: { criteria: [{ status: 'unmet' }, { status: 'unmet' }] } },
  ])
})

test("instructions without a block repeat the task's, those with one run their own", () => {
  expect(workerSays(...firstLeg, instructions('Again.'))).toEqual(script('echo 1'))
  expect(workerSays(...firstLeg, instructions(sh('echo 2')))).toEqual(script('echo 2'))
})

test('@fail-once fails in the first leg and succeeds in the second', () => {
  const first = task(`${sh('echo 1')}\n@fail-once`)
  expect(workerSays(first)).toEqual(bash(expect.stringContaining('exit 1')))
  expect(workerSays(first, instructions('Again.'))).toEqual(script('echo 1'))
})

test('@crash kills Claude Code, and @hang never responds, in every leg', () => {
  const crash = task(`${sh('echo 1')}\n@crash`)
  const hang = task(`${sh('echo 1')}\n@hang`)
  for (const later of [[], [instructions('Again.')]]) {
    expect(workerSays(crash, ...later)).toEqual(bash('kill -9 $PPID'))
    expect(workerSays(hang, ...later)).toBe('hang')
  }
})

test.each([
  task('Write a poem.'),
  asked('no frame at all'),
])('anything else is refused', (prompt) => {
  expect(workerSays(prompt)).toEqual([
    { type: 'text', text: expect.stringContaining('I am a scripted model, not Claude') },
  ])
})
