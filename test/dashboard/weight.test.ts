/** The weight of the first view, and the headers of the page. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { buildDashboard } from '../../dashboard/build.ts'

const root = path.resolve(import.meta.dirname, '../..')
/** In bytes, with everything that the first view needs. */
const BUDGET = 45_000

interface Chunk {
  readonly file: string
  readonly css?: readonly string[]
  readonly imports?: readonly string[]
}

test('the first view weighs at most 45 kB, compressed', async () => {
  const folder = await buildDashboard(root)
  const manifest: Readonly<Record<string, Chunk>> = JSON.parse(
    readFileSync(path.join(folder, '.vite/manifest.json'), 'utf8'),
  )
  const needed = new Set(['index.html'])
  const add = ({ file, css = [], imports = [] }: Chunk) => {
    for (const each of [file, ...css]) needed.add(each)
    for (const name of imports) if (manifest[name]) add(manifest[name])
  }
  const first = manifest['index.html']
  if (!first) throw new Error('The build has no first view.')
  add(first)
  const sizes = [...needed].map((file) => gzipSync(readFileSync(path.join(folder, file))).length)
  const sum = sizes.reduce((all, size) => all + size, 0)
  console.log(`first view: ${sum} bytes in ${needed.size} files`)
  expect(sum).toBeLessThanOrEqual(BUDGET)
  expect(needed.size).toBeGreaterThan(2)
})
