/** E2B: https://e2b.dev/docs/api-reference */
import * as z from 'zod'
import { CliError, reasonOf } from '../errors.ts'
import { baseUrl, ProviderRefusal, readFrom } from './call.ts'

const address = (path: string) => `${baseUrl('E2B_API_URL', 'https://api.e2b.app')}${path}`

const read = <T>(key: string, path: string, answer: z.ZodType<T>) =>
  readFrom({
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

/** Whether the account has a template with this name. */
export async function hasTemplate(key: string, name: string): Promise<boolean> {
  try {
    await read(key, `/templates/aliases/${encodeURIComponent(name)}`, z.unknown())
    return true
  } catch (error) {
    if (error instanceof ProviderRefusal && error.status === 404) return false
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
