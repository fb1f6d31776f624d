/** Commands through the real SDK: output, exit codes, stdin, background and reconnecting. */
import { setTimeout as sleep } from 'node:timers/promises'
import { CommandExitError, InvalidArgumentError, NotFoundError, TimeoutError } from 'e2b'
import { expect, test } from 'vitest'
import { describeEachIsolation, serverForTest } from './support/local-e2b.ts'
import { waitUntil } from './support/wait-until.ts'

describeEachIsolation('commands', ({ isolation, sandbox, client }) => {
  test('stdout, stderr and the variables of sandbox and command arrive', async () => {
    const result = await sandbox().commands.run('echo $FOO $A $USER; echo wrong >&2', {
      envs: { A: '1' },
    })
    expect(result).toMatchObject({ stdout: 'bar 1 user\n', stderr: 'wrong\n', exitCode: 0 })
  })

  test('a command starts in the home folder, or in the given one', async () => {
    const { stdout } = await sandbox().commands.run('test "$PWD" = "$HOME" && echo home')
    expect(stdout).toBe('home\n')
    await sandbox().files.makeDir('place')
    const there = await sandbox().commands.run('basename $PWD', { cwd: 'place' })
    expect(there.stdout).toBe('place\n')
  })

  test('a nonzero exit code is thrown with its output', async () => {
    const error = await sandbox()
      .commands.run('echo so; exit 3')
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(CommandExitError)
    expect(error).toMatchObject({ exitCode: 3, error: 'exit status 3', stdout: 'so\n' })
  })

  test('a missing program ends with 127', async () => {
    await expect(sandbox().commands.run('no-such-program')).rejects.toMatchObject({
      exitCode: 127,
      stderr: expect.stringContaining('no-such-program'),
    })
  })

  test('there is no locale', async () => {
    expect((await sandbox().commands.run('echo "<$LANG$LC_ALL>"')).stdout).toBe('<>\n')
  })

  test("the first command has the template's id, all others that of the sandbox", async () => {
    const { sandboxId, commands } = await client().Sandbox.create()
    const idIn = async () => (await commands.run('echo $E2B_SANDBOX_ID')).stdout.trim()
    expect(await idIn()).not.toBe(sandboxId)
    expect(await idIn()).toBe(sandboxId)
    await client().Sandbox.kill(sandboxId)
  })

  test('a missing working folder is named', async () => {
    await expect(sandbox().commands.run('true', { cwd: '/nope' })).rejects.toThrow(
      InvalidArgumentError,
    )
  })

  test('an unknown user is refused by name', async () => {
    await expect(sandbox().commands.run('true', { user: 'nobody' })).rejects.toThrow(
      "invalid username: 'nobody'",
    )
  })

  test('root has its own home', async () => {
    const { stdout } = await sandbox().commands.run('echo $USER; basename $HOME', { user: 'root' })
    expect(stdout).toBe('root\nroot\n')
  })

  test('a command that takes longer than timeoutMs is killed', async () => {
    const run = sandbox().commands.run('echo $$ > ~/slow.pid; exec sleep 500', { timeoutMs: 300 })
    await expect(run).rejects.toThrow(TimeoutError)
    await waitUntil('the process is gone', async () => {
      const { stdout } = await sandbox().commands.run('kill -0 $(cat ~/slow.pid) || echo gone')
      return stdout === 'gone\n'
    })
  })

  test('timeoutMs: 0 sets no limit', async () => {
    const handle = await sandbox().commands.run('sleep 1; echo late', {
      background: true,
      timeoutMs: 0,
    })
    expect((await handle.wait()).stdout).toBe('late\n')
  })

  test('stdin reaches the command and can be closed', async () => {
    const handle = await sandbox().commands.run('cat', { background: true, stdin: true })
    await handle.sendStdin('abc\n')
    await handle.closeStdin()
    expect((await handle.wait()).stdout).toBe('abc\n')
  })

  test('a command survives disconnect(), is listed, and a new SDK object receives its end', async () => {
    const handle = await sandbox().commands.run(
      'until test -e ~/go-on; do sleep 0.02; done; echo heard; exit 7',
      { background: true, timeoutMs: 0 },
    )
    await handle.disconnect()
    const listed = await sandbox().commands.list()
    expect(listed.map(({ pid }) => pid)).toContain(handle.pid)
    const other = await client().Sandbox.connect(sandbox().sandboxId)
    const again = await other.commands.connect(handle.pid, { timeoutMs: 0 })
    await other.files.write('go-on', '')
    await expect(again.wait()).rejects.toMatchObject({ exitCode: 7, stdout: 'heard\n' })
  })

  test('the exit code of an ended command is kept for a late client', async () => {
    const handle = await sandbox().commands.run('exit 9', { background: true })
    await expect(handle.wait()).rejects.toMatchObject({ exitCode: 9 })
    const late = await sandbox().commands.connect(handle.pid)
    await expect(late.wait()).rejects.toMatchObject({ exitCode: 9, stdout: '' })
  })

  test('an unknown pid is not found', async () => {
    await expect(sandbox().commands.connect(999_999)).rejects.toThrow(NotFoundError)
    expect(await sandbox().commands.kill(999_999)).toBe(false)
  })

  test('a killed command ends with -1 and is gone', async () => {
    const handle = await sandbox().commands.run('exec sleep 500', { background: true })
    expect(await handle.kill()).toBe(true)
    await expect(handle.wait()).rejects.toMatchObject({ exitCode: -1, error: 'signal: killed' })
    expect(await sandbox().commands.kill(handle.pid)).toBe(false)
  })

  test('a detached process outlives its command', async () => {
    await sandbox().commands.run(
      'setsid nohup bash -c "sleep 0.3; echo done > ~/detached" >/dev/null 2>&1 </dev/null &',
    )
    const content = await waitUntil('it has written', () =>
      sandbox()
        .files.read('detached')
        .catch(() => ''),
    )
    expect(content).toBe('done\n')
  })

  test('the outputs of twenty concurrent commands stay apart', async () => {
    const numbers = Array.from({ length: 20 }, (_, index) => index)
    const results = await Promise.all(
      numbers.map((number) => sandbox().commands.run(`echo ${number}`)),
    )
    expect(results.map(({ stdout }) => Number(stdout))).toEqual(numbers)
  })

  test('a client that stops reading stalls the command, and loses nothing when it continues', async () => {
    const [chunks, chunkSize] = [64, 1_000_000]
    const release = Promise.withResolvers<void>()
    const seen = { length: 0 }
    const write = `head -c ${chunkSize} /dev/zero; echo >> ~/written`
    const run = sandbox().commands.run(`for i in {1..${chunks}}; do ${write}; done`, {
      timeoutMs: 0,
      onStdout: async (data) => {
        seen.length += data.length
        await release.promise
      },
    })
    const written = async () =>
      Number((await sandbox().commands.run('cat ~/written | wc -l')).stdout)
    const stalledAt = await waitUntil('the command stands still', async () => {
      const before = await written()
      await sleep(300)
      return (await written()) === before ? before : 0
    })
    expect(stalledAt).toBeLessThan(chunks)
    release.resolve()
    await run
    expect(seen.length).toBe(chunks * chunkSize)
  })

  test(`a login shell finds the tools first under ${isolation}`, async () => {
    const { stdout } = await sandbox().commands.run('command -v node')
    expect(stdout).toMatch(isolation === 'bwrap' ? /^\/opt\/sandbox\/bin\/node$/m : /\/bin\/node$/m)
  })

  test.runIf(isolation === 'bwrap')(
    "root's PATH has the folders of the system, a user's has not",
    async () => {
      const pathOf = async (user: string) =>
        (await sandbox().commands.run('echo $PATH', { user })).stdout.trim().split(':')
      expect(await pathOf('root')).toContain('/usr/sbin')
      expect(await pathOf('user')).not.toContain('/usr/sbin')
      expect(await pathOf('user')).toContain('/usr/games')
    },
  )

  test('sudo works without a password, as root or another user, with a new environment', async () => {
    const run = async (command: string) =>
      (await sandbox().commands.run(command, { envs: { A: '1' } })).stdout
    expect(await run('sudo -n sh -c \'echo "$USER $(basename $HOME) <$A> $SUDO_USER"\'')).toBe(
      'root root <> user\n',
    )
    expect(await run('sudo -u user B=2 sh -c \'echo "$USER <$A> $B"\'')).toBe('user <> 2\n')
    await expect(run('sudo no-such-program')).rejects.toMatchObject({ exitCode: 1 })
    await expect(run('sudo -u nobody true')).rejects.toMatchObject({ exitCode: 1 })
  })
})

test('sudo keeps the variables that it is told to keep', async () => {
  const { client } = await serverForTest({ sudoKeeps: ['KEPT', 'ABSENT'] })
  const { commands } = await client.Sandbox.create({ envs: { KEPT: 'a b', LOST: 'x' } })
  const { stdout } = await commands.run(
    'sudo sh -c \'echo "<$KEPT> <$LOST> <$(printenv ABSENT || echo none)>"\'',
  )
  expect(stdout).toBe('<a b> <> <none>\n')
})
