/** Every failure in docs/failures.md names tests that exist. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const root = path.join(import.meta.dirname, '../..')
const rows = readFileSync(path.join(root, 'docs/failures.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (---|what happens )/.test(line))

test.each(rows)('%s', (row) => {
  const cells = row.split(/ ?(?<!\\)\| ?/).slice(1, -1)
  expect(cells).toHaveLength(4)
  const tests = Array.from((cells.at(-1) ?? '').matchAll(/`([^`]+)`/g), ([, file = '']) => file)
  expect(tests).not.toEqual([])
  expect(tests.filter((file) => !existsSync(path.join(root, file)))).toEqual([])
})
