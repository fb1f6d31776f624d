/** Makes safe file names for email attachments. */
import { FORBIDDEN_CHARACTER, nameProblem } from '../../contract/artifact-rules.ts'

const LONGEST = 100
/** Most file systems allow 255 bytes. */
const LONGEST_BYTES = 240
const EXTENSION = /\.[A-Za-z0-9]{1,16}$/

/**
 * Returns a name close to `name` that `nameProblem` accepts and that is not in `taken`. Forbidden characters become `_`.
 * A long name is cut before its extension. A second file of the same name gets `-2` before the extension.
 */
export function safeFileName(name: string, taken: ReadonlySet<string>): string {
  // Compose first, so that a name is the same whichever system wrote it.
  const cleaned = name.trim().normalize('NFC').toWellFormed().replaceAll(FORBIDDEN_CHARACTER, '_')
  const { stem, extension } = split(allowed(cleaned))
  for (let count = 1; ; count++) {
    const end = count === 1 ? extension : `-${count}${extension}`
    const candidate = shortened(stem, end) + end
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

/** Cuts a stem between characters, so that it fits together with `end`. */
function shortened(stem: string, end: string): string {
  const characters = [...stem].slice(0, LONGEST - end.length)
  while (Buffer.byteLength(characters.join('') + end) > LONGEST_BYTES) characters.pop()
  return characters.join('')
}
