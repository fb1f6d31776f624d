/** Builds the sandboxes' template in an E2B account, and finds out from which sources the one there was built. */
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BuildInfo, Template } from 'e2b'
import { bundleRunner } from './bundle.ts'
import { RUNNER, sandboxTemplate } from './template.ts'

/** Enough for Claude Code and a build. More memory would make pauses slower. */
const SIZE = { cpuCount: 2, memoryMB: 2048 }

/** The tag of the build that sandboxes are created from if nobody names another. */
const CURRENT = 'default'

const HEX_DIGITS = 12

export interface BuildOptions {
  readonly apiKey: string
  readonly name: string
  /** Whether E2B uses none of its stored layers, so that the base image and Debian's packages are the current ones. */
  readonly fresh: boolean
  readonly onLine: (line: string) => void
}

/** Throws the SDK's error if E2B refuses, cannot be reached, or a step of the build fails. */
export const buildTemplate = ({ apiKey, name, fresh, onLine }: BuildOptions): Promise<BuildInfo> =>
  withRunner(async (folder) =>
    Template.build(sandboxTemplate(folder), name, {
      ...SIZE,
      apiKey,
      tags: [CURRENT, await sourceTag(folder)],
      skipCache: fresh,
      onBuildLogs: ({ message }) => onLine(message),
    }),
  )

export interface TemplateState {
  readonly builtAt: Date
  /** Whether it was built from this code. */
  readonly isCurrent: boolean
}

/** Returns what is known of a template that exists. Throws the SDK's error if E2B refuses. */
export const templateState = (apiKey: string, name: string): Promise<TemplateState | undefined> =>
  withRunner(async (folder) => {
    const tags = await Template.getTags(name, { apiKey })
    const current = tags.find(({ tag }) => tag === CURRENT)
    if (current === undefined) return undefined
    const own = await sourceTag(folder)
    const isCurrent = tags.some(({ tag, buildId }) => tag === own && buildId === current.buildId)
    return { builtAt: current.createdAt, isCurrent }
  })

/** Calls `use` with a folder that has the bundled runner. */
async function withRunner<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-template-'))
  try {
    await bundleRunner(join(folder, RUNNER))
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Returns a tag that is the same for the same recipe, runner and size. */
async function sourceTag(folder: string): Promise<string> {
  const recipe = await Template.toJSON(sandboxTemplate(folder), false)
  const hash = createHash('sha256')
  for (const part of [recipe, await readFile(join(folder, RUNNER)), JSON.stringify(SIZE)])
    hash.update(part)
  return `code-${hash.digest('hex').slice(0, HEX_DIGITS)}`
}
