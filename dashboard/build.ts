/** Builds the dashboard if its sources or packages have changed, in a process of its own, beside the synthesis. */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { fingerprint } from '../lib/synthesis/fingerprint.ts'

/** What the bundle contains; of the API it imports only types. */
const SOURCES = ['dashboard/**/*.{ts,tsx,css,html,svg}']

/** Vite's own, after what is wrong with the source. */
const STACK_TRACE = /\n+\s+at .+:\d+:\d+\)?\n[\s\S]*$/

const { PRIORITY_BELOW_NORMAL } = constants.priority

/** Returns the folder of the built dashboard. Throws the output of a failed build. */
export async function buildDashboard(root: string): Promise<string> {
  const folder = path.join(root, 'dist', 'dashboard')
  const file = `${folder}.sha256`
  const inputs = fingerprint(root, SOURCES)
  const isBuilt = existsSync(file) && existsSync(path.join(folder, 'index.html'))
  if (isBuilt && readFileSync(file, 'utf8') === inputs) return folder
  // Two builds at once must not write the same files.
  const building = path.join(root, 'dist', `.dashboard-${randomUUID()}`)
  const words = ['node_modules/vite/bin/vite.js', 'build', 'dashboard', '--logLevel', 'warn']
  const { PATH, HOME, TMPDIR } = process.env
  const vite = spawn(process.execPath, [...words, '--outDir', building], {
    cwd: root,
    env: { PATH, HOME, TMPDIR },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // The synthesis goes first, because the API answers after it and the page is opened later.
  if (vite.pid !== undefined) setPriority(vite.pid, PRIORITY_BELOW_NORMAL)
  const end = () => vite.kill()
  process.once('exit', end)
  const [out, err, [code]] = await Promise.all([
    text(vite.stdout),
    text(vite.stderr),
    once(vite, 'close'),
  ])
  process.off('exit', end)
  if (code !== 0)
    throw new Error(`The dashboard cannot be built:\n${`${out}${err}`.replace(STACK_TRACE, '')}`)
  rmSync(folder, { recursive: true, force: true })
  renameSync(building, folder)
  writeFileSync(file, inputs)
  return folder
}
