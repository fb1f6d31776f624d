/** The names under which the attachments of a mail are stored, whatever their sender called them. */
import { nameProblem } from '../../contract/artifact-rules.ts'

const LONGEST = 100
const EXTENSION = /\.[A-Za-z0-9]{1,16}$/

/**
 * A name close to `name` that `nameProblem` has nothing against and that is not in `taken`. What is not allowed becomes
 * `_`; the extension stays, also when the name is too long for it; a second file of one name gets `-2` before it.
 */
export function safeFileName(name: string, taken: ReadonlySet<string>): string {
  // Composed first, so that a letter with its accent becomes one `_`, however it was written.
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

/** With a prefix where `nameProblem` objects to anything but the length. */
function allowed(cleaned: string): string {
  if (!cleaned) return 'attachment'
  return nameProblem(cleaned.slice(0, LONGEST)) ? `attachment-${cleaned}` : cleaned
}

function split(name: string): { stem: string; extension: string } {
  const extension = EXTENSION.exec(name)?.[0] ?? ''
  return { stem: name.slice(0, name.length - extension.length), extension }
}
