/** Fingerprints the inputs of a build by content, because file times say nothing after a checkout. */
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** The installed packages by version. The second file is npm's record of what it really installed. */
const PACKAGES = ['package-lock.json', 'node_modules/.package-lock.json']

/**
 * Returns a SHA-256 in hexadecimal of the files below `root` that match the patterns, the packages installed there, and
 * `choices`. Equal fingerprints mean equal inputs.
 */
export function fingerprint(
  root: string,
  patterns: readonly string[],
  choices: readonly string[] = [],
): string {
  const files = patterns.flatMap((pattern) => globSync(pattern, { cwd: root })).sort()
  const hash = createHash('sha256').update(JSON.stringify([process.version, choices]))
  for (const file of [...PACKAGES, ...files]) {
    const place = path.join(root, file)
    if (!existsSync(place)) continue
    const content = readFileSync(place)
    // The length separates the end of one file from the start of the next.
    hash.update(JSON.stringify([file, content.length])).update(content)
  }
  return hash.digest('hex')
}
