/** A file of any name can be stored, under an allowed name as close to it as possible. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { safeFileName } from '../../../src/channels/email/file-names.ts'
import { nameProblem } from '../../../src/contract/artifact-rules.ts'

const long = 'a'.repeat(120)

test.each([
  ['report.pdf', 'report.pdf'],
  ['My report (2).pdf', 'My report (2).pdf'],
  ['Übersicht Größe.xlsx', 'Übersicht Größe.xlsx'],
  ['cafe\u0301.txt', 'caf\u00e9.txt'],
  ['日本.pdf', '日本.pdf'],
  ['a🛰️.txt', 'a_\ufe0f.txt'],
  ['../../etc/passwd', 'attachment-.._.._etc_passwd'],
  ['C:\\temp\\a.txt', 'C__temp_a.txt'],
  ['a\r\nb\0.txt', 'a__b_.txt'],
  ['  padded.txt  ', 'padded.txt'],
  ['.bashrc', 'attachment-.bashrc'],
  ['-rf', 'attachment--rf'],
  ['CLAUDE.md', 'attachment-CLAUDE.md'],
  ['claude.local.md', 'attachment-claude.local.md'],
  ['.claude', 'attachment-.claude'],
  ['', 'attachment'],
  ['   ', 'attachment'],
  [`${long}.tar.gz`, `${'a'.repeat(97)}.gz`],
  [long, 'a'.repeat(100)],
  [`ä${long}.pdf`, `ä${'a'.repeat(95)}.pdf`],
  [`${'旧'.repeat(120)}.txt`, `${'旧'.repeat(78)}.txt`],
  ['旧.txt', '旧.txt'],
  ['a\u202etxt.exe', 'a_txt.exe'],
])('%j is stored as %j', (name, expected) => {
  expect(safeFileName(name, new Set())).toBe(expected)
})

test.each([
  ['a.txt', ['a.txt'], 'a-2.txt'],
  ['a.txt', ['a.txt', 'a-2.txt'], 'a-3.txt'],
  ['ä.txt', ['ä.txt'], 'ä-2.txt'],
  ['', ['attachment'], 'attachment-2'],
  ['CLAUDE.md', ['attachment-CLAUDE.md'], 'attachment-CLAUDE-2.md'],
  [`${long}.pdf`, [`${'a'.repeat(96)}.pdf`], `${'a'.repeat(94)}-2.pdf`],
])('%j next to %j is stored as %j', (name, taken, expected) => {
  expect(safeFileName(name, new Set(taken))).toBe(expected)
})

const NAMES = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 150 }),
  fc.string({ unit: fc.constantFrom(...'aB1._- /é'), maxLength: 150 }),
  fc.constantFrom('CLAUDE.md', 'Claude.Local.MD', '.claude', '..', 'a.txt', ''),
)

test('any names become different allowed ones', () => {
  fc.assert(
    fc.property(fc.array(NAMES, { minLength: 1, maxLength: 30 }), (names) => {
      const taken = new Set<string>()
      for (const name of [...names, ...names]) {
        const stored = safeFileName(name, taken)
        expect(nameProblem(stored)).toBeUndefined()
        expect(Buffer.byteLength(stored)).toBeLessThan(255)
        expect(taken).not.toContain(stored)
        taken.add(stored)
      }
    }),
  )
})

test('an allowed name is kept', () => {
  const allowed = NAMES.filter((name) => nameProblem(name) === undefined && name === name.trim())
  fc.assert(fc.property(allowed, (name) => safeFileName(name, new Set()) === name))
})
