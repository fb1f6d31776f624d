/** What E2B's own tests of its SDK expect of the cloud, for the calls that other tests here do not cover. */
import {
  FileNotFoundError,
  FileType,
  type Sandbox,
  type SandboxInfo,
  SandboxNotFoundError,
  TimeoutError,
} from 'e2b'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  describeEachIsolation,
  present,
  startServer,
  type TestServer,
} from './support/local-e2b.ts'
import { waitUntil } from './support/wait-until.ts'

describe('sandboxes', () => {
  let started: TestServer | undefined
  beforeAll(async () => {
    started = await startServer()
  })
  afterAll(() => started?.stop())
  const client = () => present(started).client.Sandbox

  /** Creates two sandboxes of this name, an older and a newer one. */
  async function pair(name: string): Promise<{ older: Sandbox; newer: Sandbox }> {
    const options = { metadata: { name }, timeoutMs: 60_000 }
    const older = await client().create('base', options)
    return { older, newer: await client().create('base', options) }
  }

  const idsOf = (infos: readonly SandboxInfo[]) => infos.map(({ sandboxId }) => sandboxId)

  test('pages of running and paused sandboxes say the state of each, and where the list ends', async () => {
    const { older, newer } = await pair('pages')
    await older.pause()
    const pages = client().list({
      limit: 1,
      query: { metadata: { name: 'pages' }, state: ['running', 'paused'] },
    })
    const first = await pages.nextItems()
    expect(first).toMatchObject([{ sandboxId: newer.sandboxId, state: 'running' }])
    expect([pages.hasNext, pages.nextToken]).toEqual([true, expect.any(String)])
    const second = await pages.nextItems()
    expect(second).toMatchObject([{ sandboxId: older.sandboxId, state: 'paused' }])
    expect([pages.hasNext, pages.nextToken]).toEqual([false, undefined])
  })

  test('a list of one state leaves out the others and what was killed', async () => {
    const { older, newer } = await pair('states')
    await older.pause()
    const listed = async (state: 'running' | 'paused') =>
      idsOf(
        await client()
          .list({ query: { metadata: { name: 'states' }, state: [state] } })
          .nextItems(),
      )
    expect(await listed('running')).toEqual([newer.sandboxId])
    expect(await listed('paused')).toEqual([older.sandboxId])
    expect([await newer.kill(), await older.kill()]).toEqual([true, true])
    expect([await listed('running'), await listed('paused')]).toEqual([[], []])
  })

  test('a template that nobody uses filters out everything', async () => {
    const { older } = await pair('templates')
    const { templateId } = await older.getInfo()
    const listed = (template: string) =>
      client()
        .list({ query: { metadata: { name: 'templates' }, template } })
        .nextItems()
    expect(await listed(templateId)).toHaveLength(2)
    expect(await listed('nobody-uses-this')).toEqual([])
  })

  test('connect resumes a paused sandbox, and is refused for one that was killed', async () => {
    const { older } = await pair('connects')
    await older.pause()
    expect(await older.isRunning()).toBe(false)
    const resumed = await client().connect(older.sandboxId)
    expect([resumed.sandboxId, await resumed.isRunning()]).toEqual([older.sandboxId, true])
    await older.kill()
    await expect(client().connect(older.sandboxId)).rejects.toThrow(SandboxNotFoundError)
  })

  test('after an automatic pause without automatic resume, only connect wakes it', async () => {
    const sandbox = await client().create('base', {
      timeoutMs: 1_000,
      lifecycle: { onTimeout: 'pause', autoResume: false },
    })
    await waitUntil('it pauses', async () => (await sandbox.getInfo()).state === 'paused')
    expect(await sandbox.isRunning()).toBe(false)
    await sandbox.connect()
    expect([(await sandbox.getInfo()).state, await sandbox.isRunning()]).toEqual(['running', true])
  })

  test('a sandbox that is killed during a command ends it with the reason', async () => {
    const { older } = await pair('killed')
    const command = await older.commands.run('sleep 60', { background: true })
    await older.kill()
    const error = await command.wait().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(TimeoutError)
    expect(String(error)).toContain('sandbox was killed or reached its end of life')
  })
})

describeEachIsolation('commands and files', ({ sandbox }) => {
  test.each([
    ['signs', '!@#$%^&*()_+'],
    ['lines', 'one\ntwo'],
    ['nothing', ''],
  ])('%s reach a command as an argument and as input, as text and as bytes', async (_, text) => {
    const { stdout } = await sandbox().commands.run(`echo "${text}"`)
    expect(stdout).toBe(`${text}\n`)
    for (const input of [text, new TextEncoder().encode(text)]) {
      const cat = await sandbox().commands.run('cat', { background: true, stdin: true })
      await sandbox().commands.sendStdin(cat.pid, input)
      await cat.closeStdin()
      expect((await cat.wait()).stdout).toBe(text)
    }
  })

  test('a background command over its time limit ends with a TimeoutError', async () => {
    const handle = await sandbox().commands.run('sleep 60', { background: true, timeoutMs: 500 })
    await expect(handle.wait()).rejects.toThrow(TimeoutError)
  })

  test('a variable of one command is unknown to the next', async () => {
    const echo = (envs?: Record<string, string>) =>
      sandbox().commands.run('echo "<$ONLY_HERE>"', envs && { envs })
    expect((await echo({ ONLY_HERE: 'yes' })).stdout).toBe('<yes>\n')
    expect((await echo()).stdout).toBe('<>\n')
  })

  test('writing makes the folders above, overwrites, and describes the file', async () => {
    const written = await sandbox().files.write('deep/er/file.txt', 'first')
    expect(written).toMatchObject({ name: 'file.txt', type: FileType.FILE })
    expect(written.path).toMatch(/\/deep\/er\/file\.txt$/)
    await sandbox().files.write('deep/er/file.txt', '2')
    expect(await sandbox().files.read('deep/er/file.txt')).toBe('2')
    expect(await sandbox().files.write([])).toEqual([])
  })

  test('an empty file is empty in every format', async () => {
    await sandbox().commands.run('touch ~/nothing')
    const read = sandbox().files
    expect(await read.read('nothing', { format: 'bytes' })).toEqual(new Uint8Array())
    expect((await read.read('nothing', { format: 'blob' })).size).toBe(0)
    for await (const chunk of await read.read('nothing', { format: 'stream' }))
      expect(chunk).toHaveLength(0)
    await expect(read.read('not there', { format: 'stream' })).rejects.toThrow(FileNotFoundError)
  })

  test('a renamed file is described; a missing one is not found, but may be removed', async () => {
    await sandbox().files.write('before', 'x')
    expect(await sandbox().files.rename('before', 'after')).toMatchObject({
      name: 'after',
      type: FileType.FILE,
    })
    expect(await sandbox().files.exists('before')).toBe(false)
    await expect(sandbox().files.rename('before', 'after')).rejects.toThrow(FileNotFoundError)
    await sandbox().files.remove('before')
  })

  test('the target of a relative link is absolute', async () => {
    const { path } = await sandbox().files.write('target.txt', 'x')
    await sandbox().commands.run('ln -sf target.txt ~/relative; ln -sf nowhere ~/dangling')
    expect(await sandbox().files.getInfo('relative')).toMatchObject({
      name: 'relative',
      symlinkTarget: path,
    })
    expect(await sandbox().files.getInfo('dangling')).toMatchObject({ symlinkTarget: 'nowhere' })
  })

  test('a signed link takes a part without a file name, and says when it has expired', async () => {
    const form = new FormData()
    form.append('file', 'content')
    const post = async (seconds: number) => {
      const options = { useSignatureExpiration: seconds }
      const url = await sandbox().uploadUrl('signed.txt', options)
      const response = await fetch(url, { method: 'POST', body: form })
      return [response.status, await response.json()]
    }
    expect(await post(60)).toEqual([200, [expect.objectContaining({ name: 'signed.txt' })]])
    expect(await sandbox().files.read('signed.txt')).toBe('content')
    expect(await post(-60)).toEqual([401, { code: 401, message: 'signature is already expired' }])
  })
})
