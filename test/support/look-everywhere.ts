/**
 * Searches for secrets wherever a worker can look, and prints where each is, never what it is. Runs in a sandbox
 * as `node - <milliseconds> <secret in base64>…`, so that the search does not find itself.
 */
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Older files contain nothing of this Baton. */
const [since = '0', ...encoded] = process.argv.slice(2)
const secrets = encoded.map((each) => Buffer.from(each, 'base64').toString())

const LARGEST_FILE = 1_000_000
/** Installed software is large, and contains nothing of Baton. */
const PASSED_OVER = new Set(['node_modules', '.git'])
/** The one file that is meant to hold them; without isolation it can be read. */
const THEIR_PLACE = 'secrets.json'
/** Claude Code shows the model no more than 30,000 characters of an output. */
const MOST_FINDINGS = 50

/** Processes share most of their variables, so each text is searched once. */
const seen = new Set<string>()
const findings: string[] = []

function look(place: string, content: string): void {
  for (const text of content.split(/[\0\n]/)) {
    if (seen.has(text)) continue
    seen.add(text)
    for (const [i, secret] of secrets.entries())
      if (text.includes(secret)) findings.push(`secret ${i} is in ${place}`)
  }
}

/** Returns nothing for a file that cannot be read or is gone. */
function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch {
    return otherwise
  }
}

const contentOf = (file: string) => attempt(() => readFileSync(file, 'latin1'), '')

function lookBelow(folder: string): void {
  const entries = attempt<Dirent[]>(() => readdirSync(folder, { withFileTypes: true }), [])
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !PASSED_OVER.has(entry.name)) lookBelow(path)
    if (entry.isFile() && entry.name !== THEIR_PLACE && isWorthALook(path))
      look(path, contentOf(path))
  }
}

const isWorthALook = (file: string) =>
  attempt(() => {
    const { mtimeMs, size } = statSync(file)
    return mtimeMs >= Number(since) && size <= LARGEST_FILE
  }, false)

for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
  for (const part of ['environ', 'cmdline'])
    look(`/proc/${pid}/${part}`, contentOf(`/proc/${pid}/${part}`))
for (const folder of new Set([homedir(), process.env.TMPDIR ?? '/tmp', '/tmp', '/run', '/etc']))
  lookBelow(folder)
for (const finding of findings.slice(0, MOST_FINDINGS)) console.log(finding)
console.log(`looked through ${seen.size} texts, found ${findings.length}`)
