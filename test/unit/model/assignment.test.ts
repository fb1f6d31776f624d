/** What the scripted model reads in a text, and what it says that it did not understand. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readAssignments, understand } from '../../../local/model/assignment.ts'

const filesIn = (text: string) =>
  readAssignments(text).map((each) =>
    each.type === 'create' ? [each.path, each.text] : each.block,
  )

test.each([
  ['Create a file at /a with the text Hello World.', [['/a', 'Hello World']]],
  ['Create a file at /a with the text Hello World!', [['/a', 'Hello World!']]],
  ['Create a file at /a with the text and so on...', [['/a', 'and so on...']]],
  ['Create a file at /a with the text version 1.2.3.', [['/a', 'version 1.2.3']]],
  ['Create a file at /a with the text Hello. Thank you!', [['/a', 'Hello']]],
  ['Create a file at /a with the text "Hello. Thank you."', [['/a', 'Hello. Thank you.']]],
  ['create a test file at "/a b", with the text “x and y”. Thanks', [['/a b', 'x and y']]],
  ['Create a file at /a with the text A and B', [['/a', 'A and B']]],
  [
    'Create a file at /a with the text A and a file at /b with the text B.',
    [
      ['/a', 'A'],
      ['/b', 'B'],
    ],
  ],
  [
    'Create a test file at /a with the text A, one at /b with the text B and another file at /c with the text C',
    [
      ['/a', 'A'],
      ['/b', 'B'],
      ['/c', 'C'],
    ],
  ],
  [
    'Create a file at /a with the text "A" and create a file at /b with the text "B".',
    [
      ['/a', 'A'],
      ['/b', 'B'],
    ],
  ],
  [
    'Create a file at /a with the text A.\r\nCreate a file at /b with the text B.\r\n',
    [
      ['/a', 'A'],
      ['/b', 'B'],
    ],
  ],
])('%j asks for these files, and leaves nothing out', (text, files) => {
  expect(filesIn(text)).toEqual(files)
  expect(understand(text).leftOut).toEqual([])
})

test.each([
  'Create a file at /a with the text A and a file at /b',
  'Create files at /a and /b with the text A',
  'Create a file at /a',
])('%j could be meant in several ways, and does nothing', (text) => {
  expect(understand(text)).toEqual({ assignments: [], leftOut: [`"${text}"`] })
})

test.each([
  ['sh', '```sh\necho 1\n```'],
  ['no language', '```\necho 1\n```'],
  ['shell', '```shell\necho 1\n```'],
  ['SH', '```SH\necho 1\n```'],
  ['CRLF', 'Please run:\r\n\r\n```sh\r\necho 1\r\n```\r\nThanks!\r\n'],
  ['tildes', '~~~ sh\necho 1\n~~~~'],
])('a block with %s is run', (_, text) => {
  expect(filesIn(text)).toEqual(['echo 1'])
  expect(understand(text).leftOut).toEqual([])
})

test.each([
  [
    '```sh\ntrue\n```\n```js\nno\n```\n```python\nno\n```',
    ['a block in "js"', 'a block in "python"'],
  ],
  ['```sh\ntrue\n```\nThen email me the result.', ['"Then email me the result."']],
  ['Create a file at /a with the text A. Then delete /b.', ['"Then delete /b."']],
])('%j is understood in part, and the rest is named', (text, leftOut) => {
  expect(understand(text)).toMatchObject({ assignments: [expect.anything()], leftOut })
})

test('the sentence for a worker is read as it was meant', () => {
  const words = fc
    .array(
      fc.constantFrom('a', 'and', 'a file at /x with the text', '.', 'B', '"', "'", ',', '1.2'),
      {
        minLength: 1,
        maxLength: 6,
      },
    )
    .map((all) => all.join(' '))
  fc.assert(
    fc.property(words, (text) => {
      for (const each of readAssignments(`Create a file at /a with the text ${text}`)) {
        if (each.type !== 'create') continue
        expect(readAssignments(each.sentence)).toMatchObject([{ path: each.path, text: each.text }])
      }
    }),
  )
})
