/** E2B: https://e2b.dev/docs/api-reference */
import * as z from 'zod'
import { CliError, reasonOf } from '../errors.ts'
import { askProvider, baseUrl, ProviderRefusal } from './call.ts'

const address = (path: string) => `${baseUrl('E2B_API_URL', 'https://api.e2b.app')}${path}`

const read = <T>(key: string, path: string, answer: z.ZodType<T>) =>
  askProvider({
    provider: 'E2B',
    url: address(path),
    headers: { 'x-api-key': key },
    answer,
  })

/** Throws a ProviderRefusal if E2B does not accept the key. */
export async function checkE2bKey(key: string): Promise<string> {
  await read(key, '/v2/sandboxes?limit=1', z.array(z.unknown()))
  return 'E2B accepts the key'
}

const builds = z.object({
  builds: z.array(
    z.object({ status: z.string(), createdAt: z.string(), finishedAt: z.string().nullish() }),
  ),
})

/**
 * Returns the account's template with this name, or undefined if it has none. `builtAt` (ISO 8601) is when its last
 * successful build ended, or undefined if there is none.
 */
export async function templateCalled(key: string, name: string) {
  const alias = z.object({ templateID: z.string() })
  try {
    const path = `/templates/aliases/${encodeURIComponent(name)}`
    const { templateID } = await read(key, path, alias)
    const all = (await read(key, `/templates/${templateID}`, builds)).builds
    const built = all.flatMap(({ status, createdAt, finishedAt }) =>
      status === 'ready' ? [finishedAt ?? createdAt] : [],
    )
    return { templateID, builtAt: built.sort().at(-1) }
  } catch (error) {
    if (error instanceof ProviderRefusal && error.status === 404) return undefined
    throw error
  }
}

/** Deletes a template. Returns whether there was one. */
export async function deleteTemplate(key: string, name: string): Promise<boolean> {
  const response = await fetch(address(`/templates/${encodeURIComponent(name)}`), {
    method: 'DELETE',
    headers: { 'x-api-key': key },
  }).catch((cause: unknown) => {
    throw new CliError(`E2B cannot be reached: ${reasonOf(cause)}`, { cause })
  })
  if (response.ok || response.status === 404) return response.ok
  throw new ProviderRefusal('E2B', response.status, `the template ${name} was not deleted`)
}

/** Returns how many sandboxes of the account run now, at most a hundred. */
export const runningSandboxes = async (key: string): Promise<number> =>
  (await read(key, '/v2/sandboxes?state=running&limit=100', z.array(z.unknown()))).length

/** 68 years: the longest time that the API reads, and longer than any plan allows. */
const ENDLESS_SECONDS = 2 ** 31 - 1

/**
 * Returns how many hours a sandbox of the account may run without a pause, which tells its plan: 1 on Hobby, 24 on Pro
 * (https://e2b.dev/docs/billing). No route says it, but E2B names the limit when it refuses to create a sandbox for longer.
 * Returns undefined if it does not name one. `template` has to exist.
 */
export async function longestHours(key: string, template: string): Promise<number | undefined> {
  try {
    const { sandboxID } = await askProvider({
      provider: 'E2B',
      url: address('/v2/sandboxes'),
      method: 'POST',
      headers: { 'x-api-key': key },
      body: { templateID: template, timeout: ENDLESS_SECONDS },
      answer: z.object({ sandboxID: z.string() }),
    })
    await endSandbox(key, sandboxID)
    return undefined
  } catch (error) {
    if (!(error instanceof ProviderRefusal) || error.status !== 400) throw error
    const hours = /greater than (\d+) hours?/.exec(error.message)?.[1]
    return hours === undefined ? undefined : Number(hours)
  }
}

/** Ends the sandbox of an account without a limit. */
async function endSandbox(key: string, sandboxId: string): Promise<void> {
  const headers = { 'x-api-key': key }
  const response = await fetch(address(`/sandboxes/${sandboxId}`), { method: 'DELETE', headers })
  if (!response.ok && response.status !== 404)
    throw new CliError(`The sandbox ${sandboxId} could not be ended: ${response.status}`, {
      cure: 'End it in E2B’s dashboard: https://e2b.dev/dashboard',
    })
}
