/** Anthropic: https://docs.anthropic.com/en/api/models-list */
import * as z from 'zod'
import { askProvider, baseUrl } from './call.ts'

/** Throws a ProviderRefusal if Anthropic does not accept the key. */
export async function checkAnthropicKey(key: string): Promise<string> {
  await askProvider({
    provider: 'Anthropic',
    url: `${baseUrl('ANTHROPIC_BASE_URL', 'https://api.anthropic.com')}/v1/models?limit=1`,
    headers: { 'x-api-key': key, 'anthropic-version': '2023-06-01' },
    answer: z.object({ data: z.array(z.unknown()) }),
  })
  return 'Anthropic accepts the key'
}
