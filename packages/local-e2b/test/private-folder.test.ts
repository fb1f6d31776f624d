/** A sandbox without isolation gets an allow-list of variables and a folder of its own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { serverForTest } from './support/local-e2b.ts'

test('its environment is from an allow-list, and it has a home and a TMPDIR of its own', async () => {
  process.env.CANARY = 'canary'
  onTestFinished(() => void delete process.env.CANARY)
  const { client, stateDir } = await serverForTest()
  const sandbox = await client.Sandbox.create()
  const { stdout } = await sandbox.commands.run('env; cat /proc/$PPID/environ | tr "\\0" "\\n"')
  expect(stdout).not.toContain('canary')
  const folder = join(stateDir, 'sandboxes', sandbox.sandboxId)
  expect(stdout).toContain(`\nHOME=${folder}/home/user\n`)
  expect(stdout).toContain(`\nTMPDIR=${folder}/tmp\n`)
})

test("the host's login files are not run", async () => {
  const { client } = await serverForTest()
  const sandbox = await client.Sandbox.create()
  await sandbox.files.write('~/.bash_profile', 'echo login file')
  expect(
    (await sandbox.commands.run('shopt -q login_shell && echo login || echo plain')).stdout,
  ).toBe('plain\n')
})

test('the report says that there is no isolation, and why', async () => {
  const { server } = await serverForTest({ isolation: 'none' })
  expect(server.isolation).toBe('none')
  expect(server.isolationReport).toMatch(/^none, because it was asked for\. .*can read your files/)
})

describe('where bubblewrap does not work', () => {
  beforeEach(() => {
    const folder = mkdtempSync(join(tmpdir(), 'no-bwrap-'))
    writeFileSync(join(folder, 'bwrap'), '#!/bin/sh\necho No permissions >&2\nexit 1\n', {
      mode: 0o755,
    })
    const path = process.env.PATH
    process.env.PATH = `${folder}:${path}`
    onTestFinished(() => {
      process.env.PATH = path
      rmSync(folder, { recursive: true })
    })
  })

  test('auto falls back to no isolation and says what was wrong', async () => {
    const { client, server } = await serverForTest({ isolation: 'auto' })
    expect(server.isolation).toBe('none')
    expect(server.isolationReport).toContain('bubblewrap does not work here: No permissions')
    const { commands } = await client.Sandbox.create()
    expect((await commands.run('echo hi')).stdout).toBe('hi\n')
  })

  test('asking for it is refused with what to do', async () => {
    await expect(serverForTest({ isolation: 'bwrap' })).rejects.toThrow(
      /No permissions.*Install bubblewrap.*'none'/,
    )
  })
})
