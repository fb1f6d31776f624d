/** Makes safe file names for email attachments. */
import { nameProblem } from '../../contract/artifact-rules.ts'

const LONGEST = 100
const EXTENSION = /\.[A-Za-z0-9]{1,16}$/

/**
 * Returns a name close to `name` that `nameProblem` accepts and that is not in `taken`. Forbidden characters become `_`.
 * A long name is cut before its extension. A second file of the same name gets `-2` before the extension.
 */
export function safeFileName(name: string, taken: ReadonlySet<string>): string {
  // Compose first, so that an accented letter always becomes a single `_`.
  const cleaned = name
    .trim()
    .normalize('NFC')
    .replaceAll(/[^A-Za-z0-9._ -]/gu, '_')
  const { stem, extension } = split(allowed(cleaned))
  for (let count = 1; ; count++) {
    const end = count === 1 ? extension : `-${count}${extension}`
    const candidate = stem.slice(0, LONGEST - end.length) + end
    if (!taken.has(candidate)) return candidate
  }
}

/** Adds a prefix if `nameProblem` objects to anything but the length. */
function allowed(cleaned: string): string {
  if (!cleaned) return 'attachment'
  return nameProblem(cleaned.slice(0, LONGEST)) ? `attachment-${cleaned}` : cleaned
}

function split(name: string): { stem: string; extension: string } {
  const extension = EXTENSION.exec(name)?.[0] ?? ''
  return { stem: name.slice(0, name.length - extension.length), extension }
}
