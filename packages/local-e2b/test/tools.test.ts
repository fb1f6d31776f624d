/** Tools: executables of the host that replace what a template has installed. */
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Tool } from '../src/options.ts'
import { describeEachIsolation, serverForTest } from './support/local-e2b.ts'

function folderForTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'e2b-tools-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

function makeTools(): Tool[] {
  const folder = folderForTest()
  const runner = join(folder, 'runner.mjs')
  writeFileSync(
    runner,
    "#!/usr/bin/env node\nimport 'node:fs'\nconsole.log('runner', ...process.argv.slice(2))\n",
  )
  chmodSync(runner, 0o755)
  const shell = join(folder, 'custom-ls')
  writeFileSync(shell, '#!/bin/sh\necho our ls\n', { mode: 0o755 })
  const link = join(folder, 'link')
  symlinkSync(shell, link)
  return [
    { name: 'node', file: process.execPath },
    { name: 'my-tool', file: runner },
    { name: 'ls', file: link },
  ]
}

describeEachIsolation('tools', ({ isolation }) => {
  test("are found by name before the system's own, from plain and detached commands", async () => {
    const { client } = await serverForTest({ isolation, tools: makeTools() })
    const { commands } = await client.Sandbox.create()
    const run = async (command: string) => (await commands.run(command)).stdout
    expect(await run('my-tool a b')).toBe('runner a b\n')
    expect(await run('ls')).toBe('our ls\n')
    expect(await run('node --version')).toBe(`${process.version}\n`)
    expect(await run('setsid -w bash -c "my-tool c"')).toBe('runner c\n')
  })
})

test.each([
  ['is missing', () => join(folderForTest(), 'missing')],
  [
    'is not executable',
    () => {
      const file = join(folderForTest(), 'plain')
      writeFileSync(file, '')
      return file
    },
  ],
])('a tool that %s is refused at start by name', async (_what, file) => {
  await expect(serverForTest({ tools: [{ name: 'claude', file: file() }] })).rejects.toThrow(
    /tool 'claude'.*cannot be executed/,
  )
})
