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
