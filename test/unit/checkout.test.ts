/** A checkout works in a folder of any name: no path passes through a URL, a pattern or a shell. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const ROOT = path.resolve(import.meta.dirname, '../..')
const PARTS = ['lambdas', 'src', 'packages', 'local', 'sandbox', 'package.json']

/** The sources in a folder of this name, with the modules installed here. */
function checkoutIn(name: string): string {
  const base = mkdtempSync(path.join(tmpdir(), 'checkout-'))
  onTestFinished(() => rmSync(base, { recursive: true, force: true }))
  const checkout = path.join(base, name)
  for (const part of PARTS)
    cpSync(path.join(ROOT, part), path.join(checkout, part), { recursive: true })
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(checkout, 'node_modules'))
  return checkout
}

test.each([
  'sp äce',
  '100%25 #1 ?x=y',
  '[a] {b,c} *',
  `it's $HOME & "more"`,
])('code for sandboxes and functions is bundled from %j', (name) => {
  const checkout = checkoutIn(name)
  const at = (file: string) => JSON.stringify(pathToFileURL(path.join(checkout, file)))
  const script = `
    import { bundleRunner } from ${at('sandbox/bundle.ts')}
    import { bundleDaemon } from ${at('packages/local-e2b/src/bundle-daemon.ts')}
    import { bundleRuntime } from ${at('packages/local-aws/src/lambda-code.ts')}
    const [folder] = process.argv.slice(1)
    await bundleRunner(folder + '/runner.mjs')
    bundleDaemon(folder)
    await bundleRuntime(folder)`
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script, checkout], {
    encoding: 'utf8',
  })
  expect(run.stderr).toBe('')
  for (const bundle of ['runner.mjs', 'envd.cjs', 'lambda-runtime.cjs'])
    expect(readFileSync(path.join(checkout, bundle)).length).toBeGreaterThan(1_000)
})
