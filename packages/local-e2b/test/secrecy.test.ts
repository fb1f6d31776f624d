/** A sandbox under bubblewrap can neither read nor change anything of the host's, wherever it looks. */
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sandbox } from 'e2b'
import { expect, onTestFinished, test } from 'vitest'
import { shellWord, writablePlaces } from './support/host-places.ts'
import { clientOf, describeUnderBwrap, serverForTest } from './support/local-e2b.ts'

const CHECKOUT = join(import.meta.dirname, '../../..')

/** Prints everything it can read where secrets could be: environments, command lines, folders. */
const WALK = `
env
cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline /proc/[0-9]*/task/*/environ 2>/dev/null | tr '\\0' '\\n'
cat /proc/keys 2>/dev/null
for folder in /home /root /etc /tmp /var /opt /run /dev/shm /srv /mnt /media ${shellWord(CHECKOUT)}; do
  find "$folder" -type f -size -100k 2>/dev/null | while read -r file; do
    echo "== $file"
    cat "$file" 2>/dev/null
  done
done
`

const walk = async ({ commands }: Sandbox): Promise<string> =>
  (await commands.run(WALK, { timeoutMs: 0 })).stdout

const linesWith = (text: string, part: string): string[] =>
  text.split('\n').filter((line) => line.includes(part))

const succeeds = async ({ commands }: Sandbox, command: string): Promise<boolean> =>
  (await commands.run(`(${command}) >/dev/null 2>&1 && echo yes || true`)).stdout === 'yes\n'

/** Puts a secret where a host has them, for the duration of the test. */
function plant(canary: string): void {
  process.env.CANARY = canary
  onTestFinished(() => void delete process.env.CANARY)
  const files = writablePlaces('/var/tmp', CHECKOUT).map((folder) => join(folder, `.env.${canary}`))
  expect(files.length).toBeGreaterThan(1)
  for (const file of files) {
    writeFileSync(file, canary)
    onTestFinished(() => rmSync(file, { force: true }))
  }
}

describeUnderBwrap('a sandbox under bwrap', (isolation) => {
  test('reads no secret of the host or of another sandbox', async () => {
    const canary = `canary-${randomUUID()}`
    plant(canary)
    const { server, stateDir } = await serverForTest({ isolation, apiKey: canary })
    const { Sandbox } = clientOf(server, canary)
    const neighbour = await Sandbox.create({ envs: { SECRET: canary } })
    await neighbour.files.write('secret', canary)
    const busy = await neighbour.commands.run(`sleep 500; echo ${canary}`, { background: true })
    await busy.disconnect()
    const sandbox = await Sandbox.create({ envs: { OWN: 'own-variable' } })
    const seen = await walk(sandbox)
    expect(linesWith(seen, 'OWN=own-variable')).not.toEqual([])
    expect(linesWith(seen, '== /etc/passwd')).not.toEqual([])
    expect(linesWith(seen, canary)).toEqual([])
    expect(linesWith(seen, stateDir)).toEqual([])
    expect(await succeeds(sandbox, `ls ${shellWord(CHECKOUT)}`)).toBe(false)
  })

  test("does not find its daemon's token in its processes", async () => {
    const { client, server } = await serverForTest({ isolation })
    const sandbox = await client.Sandbox.create()
    const seen = await walk(sandbox)
    expect(linesWith(seen, 'envd')).not.toEqual([])
    expect(linesWith(seen, 'ea_')).toEqual([])
    expect(linesWith(seen, server.env.E2B_API_KEY)).toEqual([])
  })

  test('sees only its own processes, user and host name', async () => {
    const { client } = await serverForTest({ isolation })
    const sandbox = await client.Sandbox.create()
    const { stdout } = await sandbox.commands.run('id; hostname; ls -d /proc/[0-9]* | wc -l')
    const [id, host, processes] = stdout.split('\n')
    expect(id).toBe('uid=1000(user) gid=1000(user) groups=1000(user)')
    expect(host).toBe('e2b.local')
    expect(Number(processes)).toBeLessThan(10)
    const users = await sandbox.commands.run('cut -d: -f1 /etc/passwd')
    expect(users.stdout).toBe('root\nuser\n')
  })

  test.each([
    ['a system folder', 'touch /usr/x'],
    ['the root folder', 'touch /x'],
    ['the configuration', 'echo x >> /etc/passwd'],
    ['the tools', 'touch /opt/sandbox/bin/x'],
    ['a tool', ': >> /opt/sandbox/bin/node'],
    ['the daemon', ': >> /opt/sandbox/envd/envd.cjs'],
    ["the kernel's settings", ': >> /proc/sys/kernel/core_pattern'],
    [
      "the kernel's settings, in namespaces of its own",
      'unshare -Urpfm --mount-proc sh -c ": >> /proc/sys/kernel/core_pattern"',
    ],
    ['the mounts', 'mount -o remount,rw /usr'],
    ['a device', 'mknod ~/disk b 254 0'],
  ])('cannot change %s', async (_what, command) => {
    const { client } = await serverForTest({ isolation })
    expect(await succeeds(await client.Sandbox.create(), command)).toBe(false)
  })

  test.each([
    '/home/user',
    '/tmp',
    '/var/tmp',
    '/root',
    '/dev/shm',
  ])('writes to %s, which is its own', async (folder) => {
    const { client } = await serverForTest({ isolation })
    const sandbox = await client.Sandbox.create()
    const name = `own-${randomUUID()}`
    expect(await succeeds(sandbox, `touch ${folder}/${name}`)).toBe(true)
    expect(existsSync(join(folder, name))).toBe(false)
  })

  test.runIf(writablePlaces('/usr/local').includes('/usr/local'))(
    'a hidden folder and the state folder are not readable below /usr either',
    async () => {
      const folder = mkdtempSync('/usr/local/checkout-')
      onTestFinished(() => rmSync(folder, { recursive: true }))
      const [stateDir, other] = [join(folder, 'state'), join(folder, 'token')]
      writeFileSync(other, 'secret')
      const { client } = await serverForTest({ isolation, stateDir, hidden: [folder] })
      const sandbox = await client.Sandbox.create()
      const { stdout } = await sandbox.commands.run(
        `ls -A ${folder}; echo x > ~/works; cat ~/works`,
      )
      expect(stdout).toBe('x\n')
    },
  )
})
