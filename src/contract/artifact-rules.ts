/** Rules for a worker's artifacts. The runner applies them, and the callback checks them again. */
import * as z from 'zod'

/** Limits for the files of one leg; sizes in bytes. */
export const ARTIFACT_LIMITS = { files: 20, bytesEach: 10_000_000, bytesTogether: 25_000_000 }

/**
 * The letters and digits of any language, and the signs that no shell, path, link or text command gives a meaning of its
 * own. Control characters and those that change the direction of text are among the others.
 */
const CHARACTERS = String.raw`\p{L}\p{M}\p{N} ._()+&@=~-`
const NAME = new RegExp(String.raw`^[\p{L}\p{N}][${CHARACTERS}]{0,99}$`, 'u')

/** Matches each character that a name may not have. */
export const FORBIDDEN_CHARACTER = new RegExp(`[^${CHARACTERS}]`, 'gu')

/** Files from which Claude Code reads instructions. They are refused, because the conductor looks at artifacts. */
const INSTRUCTIONS = /^(claude(\.local)?\.md|\.claude)$/i

/** Returns why a file of this name is refused and what to do, or undefined if it is accepted. */
export function nameProblem(name: string): string | undefined {
  if (INSTRUCTIONS.test(name.normalize('NFKC')))
    return 'has a name from which Claude Code reads instructions: choose another one'
  return NAME.test(name)
    ? undefined
    : 'has an invalid name: use 1 to 100 letters, digits, spaces and . _ - ( ) + & @ = ~, starting with a letter or digit'
}

const artifact = z.object({
  name: z
    .string()
    .refine((name) => nameProblem(name) === undefined, 'this is not a valid name for an artifact'),
  size: z.number().int().min(0).max(ARTIFACT_LIMITS.bytesEach),
  /** In base64, as S3 expects it. */
  sha256: z
    .string()
    .regex(/^[A-Za-z0-9+/]{43}=$/, 'a SHA-256 checksum in base64 has 44 characters'),
})
export type Artifact = z.infer<typeof artifact>

/** The artifacts of one job. */
export const artifactList = z
  .array(artifact)
  .min(1)
  .max(ARTIFACT_LIMITS.files)
  .refine(
    (list) => new Set(list.map(({ name }) => name)).size === list.length,
    'the same name occurs twice',
  )
  .refine(
    (list) => list.reduce((sum, { size }) => sum + size, 0) <= ARTIFACT_LIMITS.bytesTogether,
    `all files together have more than ${ARTIFACT_LIMITS.bytesTogether} bytes`,
  )
