/** Replacing a file by a link while it is being read gains nothing. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { collectArtifacts } from '../../../sandbox/collect-artifacts.ts'

/** Swaps a file and a link to a secret as fast as it can, until its input ends. */
const SWAP = `const fs = require('node:fs'); process.stdin.resume().on('end', () => process.exit())
const swap = () => { for (let i = 0; i < 50; i++) {
  fs.symlinkSync('../secret', 'link'); fs.renameSync('link', 'artifacts/file')
  fs.writeFileSync('copy', 'public'); fs.renameSync('copy', 'artifacts/file') } setImmediate(swap) }
swap()`

test("a swap between check and open never reveals the link's target", {
  timeout: 60_000,
}, async () => {
  const home = await mkdtemp(join(tmpdir(), 'baton-swap-'))
  await mkdir(join(home, 'artifacts'))
  await writeFile(join(home, 'secret'), 'secret')
  const swapper = spawn(process.execPath, ['-e', SWAP], {
    cwd: home,
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  const seen = new Set<string>()
  try {
    const both = () => seen.has('public') && [...seen].some((line) => line.includes('link'))
    const until = Date.now() + 30_000
    for (let times = 0; Date.now() < until && (times < 2_000 || !both()); times++) {
      const { files, refused } = await collectArtifacts(home)
      for (const { content } of files) seen.add(content.toString())
      for (const line of refused) seen.add(line)
    }
    expect(both()).toBe(true)
    expect(seen).not.toContain('secret')
  } finally {
    swapper.stdin.end()
    await once(swapper, 'exit')
    await rm(home, { recursive: true })
  }
})
