/** Files through the real SDK: every form of transfer, folders, watching, signed links. */
import { FileNotFoundError, InvalidArgumentError } from 'e2b'
import { expect, test } from 'vitest'
import { describeEachIsolation } from './support/local-e2b.ts'
import { waitUntil } from './support/wait-until.ts'

describeEachIsolation('files', ({ isolation, sandbox }) => {
  test('a written file is read back, and a command sees it at ~', async () => {
    await sandbox().files.write('a/b.txt', 'héllo')
    expect(await sandbox().files.read('a/b.txt')).toBe('héllo')
    expect((await sandbox().commands.run('cat ~/a/b.txt')).stdout).toBe('héllo')
  })

  test.each([
    '/home/user/x.txt',
    '/tmp/y.txt',
    '/root/z.txt',
    '~/w.txt',
  ])('a file written to %s is private to the sandbox and read back', async (path) => {
    await sandbox().files.write(path, path)
    expect(await sandbox().files.read(path)).toBe(path)
    expect(await sandbox().files.exists(path)).toBe(true)
  })

  test.runIf(isolation === 'bwrap')('absolute paths agree between files and commands', async () => {
    await sandbox().files.write('/tmp/agree.txt', 'Y')
    expect((await sandbox().commands.run('cat /tmp/agree.txt')).stdout).toBe('Y')
  })

  test('several files of text and bytes are written at once', async () => {
    const bytes = new Uint8Array([1, 2, 3]).buffer
    const written = await sandbox().files.write([
      { path: '/tmp/one', data: 'one' },
      { path: 'two', data: bytes },
    ])
    expect(written.map(({ name }) => name)).toEqual(['one', 'two'])
    expect(await sandbox().files.read('two', { format: 'bytes' })).toEqual(new Uint8Array(bytes))
  })

  test('12 MB stream up and down without loss', async () => {
    const size = 12 << 20
    await sandbox().files.write('big', new Blob([Buffer.alloc(size, 'z')]).stream())
    let length = 0
    for await (const chunk of await sandbox().files.read('big', { format: 'stream' }))
      length += chunk.length
    expect(length).toBe(size)
    expect((await sandbox().files.getInfo('big')).size).toBe(size)
  })

  test('a compressed upload is decompressed', async () => {
    await sandbox().files.write('packed', 'q'.repeat(1000), { gzip: true })
    expect(await sandbox().files.read('packed', { gzip: true })).toBe('q'.repeat(1000))
    expect((await sandbox().commands.run('wc -c < ~/packed')).stdout.trim()).toBe('1000')
  })

  test('an empty file is empty', async () => {
    await sandbox().files.write('empty', '')
    expect(await sandbox().files.read('empty')).toBe('')
  })

  test('a missing file and a folder give different errors', async () => {
    await expect(sandbox().files.read('missing')).rejects.toThrow(FileNotFoundError)
    await expect(sandbox().files.getInfo('missing')).rejects.toThrow(FileNotFoundError)
    expect(await sandbox().files.exists('missing')).toBe(false)
    await expect(sandbox().files.read('~')).rejects.toThrow(InvalidArgumentError)
  })

  test('folders are made, listed with depth, renamed and removed', async () => {
    expect(await sandbox().files.makeDir('d/e')).toBe(true)
    expect(await sandbox().files.makeDir('d/e')).toBe(false)
    await sandbox().files.write('loose', '1')
    await sandbox().files.rename('loose', 'd/e/held')
    const entries = await sandbox().files.list('d', { depth: 2 })
    expect(entries.map(({ name, type }) => [name, type])).toEqual([
      ['e', 'dir'],
      ['held', 'file'],
    ])
    expect(await sandbox().files.list('d')).toHaveLength(1)
    await sandbox().files.remove('d')
    expect(await sandbox().files.exists('d')).toBe(false)
  })

  test('a link is described as a link and not followed', async () => {
    await sandbox().commands.run('ln -s /etc/hostname ~/link')
    expect(await sandbox().files.getInfo('link')).toMatchObject({
      name: 'link',
      symlinkTarget: '/etc/hostname',
    })
  })

  test('listing a file or a missing folder is refused', async () => {
    await sandbox().files.write('plain', '1')
    await expect(sandbox().files.list('plain')).rejects.toThrow(InvalidArgumentError)
    await expect(sandbox().files.list('nowhere')).rejects.toThrow(FileNotFoundError)
  })

  test('a watched folder reports created, written and removed files', async () => {
    await sandbox().files.makeDir('watched')
    const seen: string[] = []
    const watching = await sandbox().files.watchDir('watched', ({ type, name }) => {
      seen.push(`${type} ${name}`)
    })
    await sandbox().files.write('watched/new', '1')
    await waitUntil('it is created', () => seen.includes('create new'))
    await waitUntil('it is written', () => seen.includes('write new'))
    await sandbox().files.remove('watched/new')
    await waitUntil('it is removed', () => seen.includes('remove new'))
    await watching.stop()
  })

  test('file metadata is refused by name', async () => {
    await expect(sandbox().files.write('m', '1', { metadata: { a: 'b' } })).rejects.toThrow(
      'file metadata is not implemented',
    )
  })

  test('a signed link allows that one transfer', async () => {
    await sandbox().files.write('/tmp/down.txt', 'down')
    const down = await sandbox().downloadUrl('/tmp/down.txt')
    expect(await (await fetch(down)).text()).toBe('down')
    const up = await sandbox().uploadUrl('up.txt', { useSignatureExpiration: 60 })
    const form = new FormData()
    form.append('file', new Blob(['up']), 'up.txt')
    expect((await fetch(up, { method: 'POST', body: form })).status).toBe(200)
    expect(await sandbox().files.read('up.txt')).toBe('up')
  })

  test('a signed link that is expired, altered or used for another transfer is refused', async () => {
    const expired = await sandbox().downloadUrl('~', { useSignatureExpiration: -60 })
    expect((await fetch(expired)).status).toBe(401)
    const link = await sandbox().downloadUrl('/tmp/down.txt')
    expect((await fetch(link.replace('down.txt', 'y.txt'))).status).toBe(502)
    const other = await fetch(link.replace('/files', '/envs'))
    expect(other.status).toBe(401)
  })
})
