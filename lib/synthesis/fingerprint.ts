/** Tells whether anything has changed that a result was made of, by content: file times say nothing after a checkout. */
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** The installed packages, by version; the second is npm's record of what it has really installed. */
const PACKAGES = ['package-lock.json', 'node_modules/.package-lock.json']

/**
 * Returns the SHA-256, in hexadecimal, of the files below `root` that match the patterns, of the packages installed there,
 * and of `choices`. Equal fingerprints mean equal inputs.
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
    // The length keeps the end of one file apart from the beginning of the next.
    hash.update(JSON.stringify([file, content.length])).update(content)
  }
  return hash.digest('hex')
}
