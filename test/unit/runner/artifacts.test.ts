/** Files in ~/artifacts are handed over, and everything else there is reported. */
import { expect, test } from 'vitest'
import { sha256Of } from './callback-server.ts'
import { jobIn, PATIENCE, setUpRunner, shellTask } from './fixtures.ts'

const fixture = setUpRunner('quick')

/** Runs a worker's script to the end of its job. Returns the result. */
async function work(script: string, changes: Parameters<typeof jobIn>[2] = {}) {
  const { callback, sandbox } = fixture
  callback.offer(1, jobIn(fixture, shellTask(script), changes))
  await (await sandbox.launch(1, callback.url)).exit()
  expect(callback.results).toHaveLength(1)
  return callback.results[0]
}

/** Bytes that are not text. */
const BINARY = Buffer.from([0, 255, 10, 13, 128, 0])
const FILES = `mkdir artifacts; cd artifacts; printf hello > 'a b.txt'; printf '\\000\\377\\n\\r\\200\\000' > z.bin; : > empty`

test('files are uploaded byte for byte, to links for exactly that', {
  timeout: PATIENCE,
}, async () => {
  const result = await work(FILES)
  expect(result).toMatchObject({ outcome: 'done', artifacts: ['a b.txt', 'empty', 'z.bin'] })
  expect(result).not.toHaveProperty('refusedArtifacts')
  const contents = { 'a b.txt': Buffer.from('hello'), empty: Buffer.alloc(0), 'z.bin': BINARY }
  const { asked, objects } = fixture.callback
  expect(asked).toEqual([
    Object.entries(contents).map(([name, content]) => ({
      name,
      size: content.length,
      sha256: sha256Of(content),
    })),
  ])
  for (const [name, content] of Object.entries(contents)) expect(objects.get(name)).toEqual(content)
})

test('without files nothing is requested', { timeout: PATIENCE }, async () => {
  const result = await work('mkdir artifacts')
  expect(result).not.toHaveProperty('artifacts')
  expect(result).not.toHaveProperty('refusedArtifacts')
  expect(fixture.callback.asked).toEqual([])
})

test('only plain files are accepted, and every other kind is refused with advice', {
  timeout: PATIENCE,
}, async () => {
  const result = await work(`mkdir -p artifacts/folder; cd artifacts
echo secret > ../secret; ln -s /etc/passwd absolute; ln -s ../secret relative; ln -s nowhere dangling
ln ../secret hard; mkfifo pipe; ln -s .. parent; echo inside > folder/file; echo good > good; echo x > locked; chmod 0 locked`)
  expect(result?.artifacts).toEqual(process.getuid?.() === 0 ? ['good', 'locked'] : ['good'])
  const link = 'is a symbolic link: put a copy of the file there instead'
  expect(result?.refusedArtifacts?.filter((line) => !line.includes('locked'))).toEqual([
    `"absolute" ${link}`,
    `"dangling" ${link}`,
    '"folder" is a folder: put an archive of it there instead',
    '"hard" has a second name (a hard link): put a copy of the file there instead',
    `"parent" ${link}`,
    '"pipe" is not a regular file: put a copy of its content there instead',
    `"relative" ${link}`,
  ])
})

test.each(['ln -s /etc artifacts', 'echo x > artifacts'])('the folder itself must be one: %s', {
  timeout: PATIENCE,
}, async (script) => {
  const result = await work(script)
  expect(result).toMatchObject({ outcome: 'done' })
  expect(result).not.toHaveProperty('artifacts')
  expect(result?.refusedArtifacts).toEqual([
    '~/artifacts is not a readable folder: make it a folder and not a link (ENOTDIR)',
  ])
})

test('a name with other characters, or one that gives instructions, is refused', {
  timeout: PATIENCE,
}, async () => {
  const long = 'x'.repeat(100)
  const result = await work(`mkdir -p artifacts/.claude; cd artifacts
for name in .hidden CLAUDE.md claude.MD Claude.local.md -x 'a$b' 'a|b' ${long} ${long}y fine.tar.gz; do echo x > "./$name"; done
printf x > "$(printf 'a\\nb')"`)
  expect(result?.artifacts).toEqual(['fine.tar.gz', long])
  const refused = (name: string, why: string) => expect.stringContaining(`"${name}" has ${why}`)
  const strange = ['-x', '.hidden', 'a$b', 'a?b', 'a|b', long]
  const instructing = ['.claude', 'CLAUDE.md', 'Claude.local.md', 'claude.MD']
  expect(result?.refusedArtifacts).toHaveLength(strange.length + instructing.length)
  for (const name of strange)
    expect(result?.refusedArtifacts).toContainEqual(refused(name, 'an invalid name: use 1 to 100'))
  for (const name of instructing)
    expect(result?.refusedArtifacts).toContainEqual(refused(name, 'a name from which Claude'))
})

test('names in other languages are accepted, composed, and two of the same name are not both taken', {
  timeout: PATIENCE,
}, async () => {
  const result = await work(`mkdir artifacts; cd artifacts
for name in Übersicht.txt 旧.txt 'Größe (2).txt' "$(printf 'u\\314\\210.txt')" "$(printf '\\303\\274.txt')"; do echo x > "./$name"; done`)
  expect(result?.artifacts).toEqual(['Größe (2).txt', 'ü.txt', 'Übersicht.txt', '旧.txt'])
  expect(result?.refusedArtifacts).toEqual([
    '"ü.txt" has the name of another file, written in other characters: rename one of them',
  ])
})

test('at most 20 files are accepted', { timeout: PATIENCE }, async () => {
  const result = await work(
    'mkdir artifacts; for i in $(seq 10 31); do echo $i > artifacts/$i; done',
  )
  expect(result?.artifacts).toEqual(Array.from({ length: 20 }, (_, i) => String(i + 10)))
  expect(result?.refusedArtifacts).toEqual([
    expect.stringMatching(/^"30" exceeds the limit of 20 files/),
    expect.stringMatching(/^"31" exceeds the limit/),
  ])
})

test('at most 50 refusals are reported one by one, the rest by number', {
  timeout: PATIENCE,
}, async () => {
  const result = await work(
    'mkdir artifacts; for i in $(seq 1 60); do : > artifacts/.$i; done; : > artifacts/good',
  )
  expect(result?.refusedArtifacts).toHaveLength(51)
  expect(result?.refusedArtifacts?.at(-1)).toBe('and 10 more')
  expect(result?.artifacts).toEqual(['good'])
})

test('a file has at most 10 MB, all of them 25 MB', { timeout: PATIENCE }, async () => {
  const result = await work(`mkdir artifacts; cd artifacts
head -c 10000001 /dev/zero > a; head -c 10000000 /dev/zero > b; cp b c; head -c 5000001 /dev/zero > d; head -c 5000000 /dev/zero > e; echo > f`)
  expect(result?.artifacts).toEqual(['b', 'c', 'e'])
  expect(result?.refusedArtifacts).toEqual([
    '"a" has 10000001 bytes, but the limit is 10000000: make it smaller or split it',
    '"d" has 5000001 bytes, but only 5000000 are left: all files together may have 25000000',
    '"f" has 1 bytes, but only 0 are left: all files together may have 25000000',
  ])
})

test('the files of a worker that ran out of time are handed over', {
  timeout: PATIENCE,
}, async () => {
  const result = await work(`${FILES}; sleep 300`, { timeLimitSeconds: 6 })
  expect(result).toMatchObject({ outcome: 'timeout', artifacts: ['a b.txt', 'empty', 'z.bin'] })
})

test('a conductor hands nothing over', { timeout: PATIENCE }, async () => {
  await work(FILES, { role: 'conductor' })
  expect(fixture.callback.asked).toEqual([])
})

test('a failed upload is reported, without its URL', { timeout: PATIENCE }, async () => {
  fixture.callback.refusals.object.push(403)
  const result = await work(FILES)
  expect(result).toMatchObject({ outcome: 'done', artifacts: ['empty', 'z.bin'] })
  expect(result?.refusedArtifacts).toEqual(['"a b.txt" could not be uploaded: HTTP 403'])
})

test('a list that the callback refuses is reported with the reason', {
  timeout: PATIENCE,
}, async () => {
  fixture.callback.refusals.artifacts.push(400)
  const result = await work(FILES)
  expect(result).toMatchObject({ outcome: 'done' })
  expect(result).not.toHaveProperty('artifacts')
  expect(result?.refusedArtifacts).toEqual([
    'All files: the callback responded with HTTP 400. Refused here.',
  ])
})

test('a callback that fails temporarily is retried', { timeout: PATIENCE }, async () => {
  fixture.callback.refusals.artifacts.push(503)
  expect((await work(FILES))?.artifacts).toHaveLength(3)
})

test('a superseded job ends without a result', { timeout: PATIENCE }, async () => {
  const { callback, sandbox } = fixture
  callback.refusals.artifacts.push(409)
  callback.offer(1, jobIn(fixture, shellTask(FILES)))
  const runner = await sandbox.launch(1, callback.url)
  expect(await runner.exit()).toMatchObject({ stderr: '' })
  expect(callback.results).toEqual([])
  expect(callback.objects.size).toBe(0)
})
