/** What a worker may hand over: kept to by the runner, and checked again by the callback. */
import * as z from 'zod'

/** Of the files of one leg; bytes. */
export const ARTIFACT_LIMITS = { files: 20, bytesEach: 10_000_000, bytesTogether: 25_000_000 }

const NAME = /^[A-Za-z0-9][A-Za-z0-9._ -]{0,99}$/

/** Files from which Claude Code takes instructions: the conductor, who looks at artifacts, is not to find one. */
const INSTRUCTIONS = /^(claude(\.local)?\.md|\.claude)$/i

/** Why a file of this name is not taken, and what to do; nothing when it is. */
export function nameProblem(name: string): string | undefined {
  if (INSTRUCTIONS.test(name))
    return 'has a name that Claude Code takes instructions from: choose another one'
  return NAME.test(name)
    ? undefined
    : 'has a name that is not taken: use 1 to 100 of A-Z a-z 0-9 . _ - and space, a letter or digit first'
}

const artifact = z.object({
  name: z
    .string()
    .refine((name) => nameProblem(name) === undefined, 'this name is not taken for an artifact'),
  size: z.number().int().min(0).max(ARTIFACT_LIMITS.bytesEach),
  /** In base64, as S3 takes it. */
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
    'a name stands there twice',
  )
  .refine(
    (list) => list.reduce((sum, { size }) => sum + size, 0) <= ARTIFACT_LIMITS.bytesTogether,
    `together they have more than ${ARTIFACT_LIMITS.bytesTogether} bytes`,
  )
