/** Bundling of functions: only after a change, reproducible, and never from an unwatched place. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createRequire, SourceMap } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bundleFunctions, sourcesOf } from '../../lib/synthesis/bundles.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'baton bündel-'))
  write('src/core/word.ts', "export const word = 'one'")
  write(
    'lambdas/say/handler.ts',
    "import { word } from '../../src/core/word.ts'\nexport const handler = () => word",
  )
  write('lambdas/other/handler.ts', 'export const handler = () => 2')
  write('package-lock.json', '{}')
})
afterEach(() => rmSync(root, { recursive: true }))

function write(file: string, content: string): void {
  const place = path.join(root, file)
  mkdirSync(path.dirname(place), { recursive: true })
  writeFileSync(place, content)
}

const codeOf = (bundles: string, name: string) =>
  readFileSync(path.join(bundles, name, 'index.js'), 'utf8')

test('every function has a bundle with all its imports', async () => {
  const bundles = await bundleFunctions(root)
  expect(codeOf(bundles, 'say')).toContain('one')
  expect(codeOf(bundles, 'other')).not.toContain('one')
  const map = JSON.parse(readFileSync(path.join(bundles, 'say', 'index.js.map'), 'utf8'))
  expect(map.sources).toEqual(['../../../../lambdas/say/handler.ts'])
})

test('a source map leads to our own code, and to no package', async () => {
  write(
    'node_modules/loud/index.js',
    "export const shout = (word) => { throw new Error(word + '!') }",
  )
  write(
    'lambdas/say/handler.ts',
    "import { shout } from 'loud'\n\nexport const handler = () => shout('first line of the third')",
  )
  const bundles = await bundleFunctions(root)
  const map = JSON.parse(readFileSync(path.join(bundles, 'say', 'index.js.map'), 'utf8'))
  expect(map.sources).toEqual(['../../../../lambdas/say/handler.ts'])
  const code = codeOf(bundles, 'say').split('\n')
  const placeOf = (text: string) => {
    const line = code.findIndex((each) => each.includes(text))
    return new SourceMap(map).findEntry(line, code[line]?.indexOf(text) ?? -1)
  }
  expect(placeOf('"first line of the third"')).toMatchObject({ originalLine: 2 })
  expect(placeOf('throw ')).toMatchObject({ originalSource: undefined })
})

test('what a function imports on demand is a file of its own, read when it is needed', async () => {
  write('lambdas/say/on-demand/large.ts', "export const large = () => 'very ' + 'large'")
  write(
    'lambdas/say/handler.ts',
    "export const handler = async () => (await import('./on-demand/large.ts')).large()",
  )
  const folder = path.join(await bundleFunctions(root), 'say')
  // The temporary folder is outside of this package, whose files are ES modules.
  const { handler } = createRequire(import.meta.url)(path.join(folder, 'index.js'))
  expect(readFileSync(path.join(folder, 'index.js'), 'utf8')).not.toContain('very ')
  expect(await handler()).toBe('very large')
  const map = JSON.parse(readFileSync(path.join(folder, 'large.js.map'), 'utf8'))
  expect(map.sources).toEqual(['../../../../lambdas/say/on-demand/large.ts'])
  expect(existsSync(path.join(folder, '../other/large.js'))).toBe(false)
})

test('a change of what is imported on demand is bundled, and a plain import of it is refused', async () => {
  write('lambdas/say/on-demand/large.ts', 'export const large = 1')
  write('lambdas/say/handler.ts', "export const handler = () => import('./on-demand/large.ts')")
  const first = await bundleFunctions(root)
  expect(sourcesOf(first).say).toContain('lambdas/say/on-demand/large.ts')
  write('lambdas/say/on-demand/large.ts', 'export const large = 2')
  expect(await bundleFunctions(root)).not.toBe(first)
  write('lambdas/say/handler.ts', "export { large as handler } from './on-demand/large.ts'")
  await expect(bundleFunctions(root)).rejects.toThrow('./on-demand/large.ts is for import() only')
})

test('what has not changed is not bundled again, whatever its modification time', async () => {
  const first = await bundleFunctions(root)
  const { ino } = statSync(path.join(first, 'say', 'index.js'))
  utimesSync(path.join(root, 'src/core/word.ts'), new Date(), new Date())
  expect(await bundleFunctions(root)).toBe(first)
  expect(statSync(path.join(first, 'say', 'index.js')).ino).toBe(ino)
})

test('a change creates new bundles, even with the same time and length; other bundles stay identical', async () => {
  const first = await bundleFunctions(root)
  const other = codeOf(first, 'other')
  const file = path.join(root, 'src/core/word.ts')
  const { atime, mtime } = statSync(file)
  write('src/core/word.ts', "export const word = 'two'")
  utimesSync(file, atime, mtime)
  const second = await bundleFunctions(root)
  expect(codeOf(second, 'say')).toContain('two')
  expect(codeOf(second, 'other')).toBe(other)
})

test('another version of a package creates new bundles', async () => {
  const first = await bundleFunctions(root)
  write('package-lock.json', '{"lockfileVersion": 3}')
  expect(await bundleFunctions(root)).not.toBe(first)
})

test('concurrent runs leave complete bundles and nothing else', async () => {
  const all = await Promise.all([1, 2, 3].map(() => bundleFunctions(root)))
  expect(new Set(all).size).toBe(1)
  expect(codeOf(all[0] ?? '', 'say')).toContain('one')
})

test('a function that imports an unwatched file is refused, and so is one that cannot be bundled', async () => {
  write('elsewhere/word.ts', "export const word = 'lost'")
  write('lambdas/say/handler.ts', "export { word as handler } from '../../elsewhere/word.ts'")
  await expect(bundleFunctions(root)).rejects.toThrow('A function imports elsewhere/word.ts, which')
  write('lambdas/say/handler.ts', "export { word as handler } from '../../src/core/nothing.ts'")
  await expect(bundleFunctions(root)).rejects.toThrow(
    'Could not resolve "../../src/core/nothing.ts"',
  )
})
