/** E2B: https://e2b.dev/docs/api-reference */
import * as z from 'zod'
import { baseUrl, ProviderRefusal, readFrom } from './call.ts'

const read = <T>(key: string, path: string, answer: z.ZodType<T>) =>
  readFrom({
    provider: 'E2B',
    url: `${baseUrl('E2B_API_URL', 'https://api.e2b.app')}${path}`,
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
