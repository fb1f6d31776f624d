/** Builds the sandboxes' template, and says what is wrong if E2B refuses. */
import { CliError } from '../errors.ts'
import { begin } from './reporter.ts'

export const KEYS_AT = 'https://e2b.dev/dashboard?tab=keys'

/** Throws a CliError that says what went wrong at E2B, and what to do. */
export async function toldOfE2b<T>(work: Promise<T>): Promise<T> {
  const { AuthenticationError, BuildError, RateLimitError } = await import('e2b')
  try {
    return await work
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause
    if (cause instanceof AuthenticationError)
      throw new CliError(`E2B refused the API key (${cause.message}).`, {
        cure: `Get a valid one from ${KEYS_AT}.`,
        cause,
      })
    if (cause instanceof RateLimitError)
      throw new CliError(`E2B's rate limit is reached (${cause.message}).`, {
        cure: 'Try again in a minute.',
        cause,
      })
    if (cause instanceof BuildError)
      throw new CliError(`The build failed: ${cause.message}`, {
        cure: 'The lines above show the failed step. Fix sandbox/template.ts and try again.',
        cause,
      })
    throw cause
  }
}

/** Builds it, with a line for each of the build's. */
export async function buildTemplateAt(apiKey: string, name: string, fresh: boolean): Promise<void> {
  const { buildTemplate } = await import('../../sandbox/build-template.ts')
  const reporter = begin(`Building the E2B template "${name}". The first time takes some minutes.`)
  const { templateId, buildId } = await toldOfE2b(
    buildTemplate({ apiKey, name, fresh, onLine: reporter.step }),
  )
  reporter.done(`Built "${name}" (template ${templateId}, build ${buildId}).`)
}
