/**
 * `npm run template [-- <name>] [-- --fresh]`: builds the sandboxes' template in the operator's E2B account. With `--fresh`,
 * E2B uses none of its stored layers, so that the base image and Debian's packages are the current ones.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { AuthenticationError, BuildError, type BuildInfo, RateLimitError, Template } from 'e2b'
import { readSettingsFile, settingsFile } from '../lib/settings/file.ts'
import { parseSettings } from '../lib/settings/parse.ts'
import { bundleRunner } from './bundle.ts'
import { messageOf } from './failure.ts'
import { RUNNER, sandboxTemplate } from './template.ts'

/** Enough for Claude Code and a build. More memory would make pauses slower. */
const SIZE = { cpuCount: 2, memoryMB: 2048 }

/** Throws the SDK's error if E2B refuses, cannot be reached, or a step of the build fails. */
async function build(name: string, fresh: boolean): Promise<BuildInfo> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-template-'))
  try {
    await bundleRunner(join(folder, RUNNER))
    return await Template.build(sandboxTemplate(folder), name, {
      ...SIZE,
      skipCache: fresh,
      onBuildLogs: ({ message }) => console.log(message),
    })
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Returns what went wrong and what to do about it, for people. */
function explain(error: unknown): string {
  const reason = messageOf(error)
  if (error instanceof AuthenticationError)
    return `E2B refused the API key (${reason}). Get a valid one from https://e2b.dev/dashboard?tab=keys.`
  if (error instanceof RateLimitError)
    return `E2B's rate limit is reached (${reason}). Try again in a minute.`
  if (error instanceof BuildError)
    return `The build failed: ${reason}\nThe lines above show the failed step. Fix sandbox/template.ts and try again.`
  return `The template could not be built: ${reason}`
}

/** The name that a deployment uses. */
const { e2bTemplate } = parseSettings(readSettingsFile(settingsFile(process.cwd())))

/** Returns the operator's next step. */
const nextStep = (name: string) =>
  name === e2bTemplate ? 'Next: npx cdk deploy' : `Next: npx cdk deploy -c e2bTemplate=${name}`

/** Returns the arguments. Throws if there is an unknown option or a second name. */
function readArguments() {
  const { values, positionals } = parseArgs({
    options: { fresh: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const [name = e2bTemplate, ...more] = positionals
  if (more.length > 0) throw new Error(`Only one name is possible: ${positionals.join(' ')}`)
  return { name, fresh: values.fresh }
}

const { name, fresh } = readArguments()
if (process.env.E2B_API_KEY) {
  try {
    console.log(`Building the E2B template "${name}". The first time takes some minutes.`)
    const { templateId, buildId } = await build(name, fresh)
    console.log(`Built "${name}" (template ${templateId}, build ${buildId}).\n${nextStep(name)}`)
  } catch (error) {
    console.error(explain(error))
    process.exitCode = 1
  }
} else {
  console.error(
    'E2B_API_KEY is not set: get a key from https://e2b.dev/dashboard?tab=keys and run\n  E2B_API_KEY=<key> npm run template',
  )
  process.exitCode = 1
}
