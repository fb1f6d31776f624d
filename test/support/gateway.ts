/** The gateway as a sandbox uses it: its URL, and the key of a turn in progress. */
import { setTimeout as wait } from 'node:timers/promises'
import type { LocalBaton } from '../../local/baton.ts'
import { signJobToken } from '../../src/core/job-token.ts'
import { clientOf } from './baton.ts'
import { secretsOf } from './secrets.ts'

/** Opens a session's first turn, which the model leaves open: its key is valid until it is stopped. */
export async function openGateway(baton: LocalBaton, session: string) {
  const { aws, model } = baton
  const words = `hello from ${session}`
  model?.faults.push({ about: words, answer: 'hang' })
  await clientOf(baton).send(session, words)
  const isOpen = () =>
    model?.requests.some(
      ({ answer, request }) => answer === 'hang' && JSON.stringify(request).includes(words),
    )
  while (model && !isOpen()) await wait(50)
  const secrets = [...(await secretsOf(aws))]
  const [, signingKey = ''] = secrets.find(([name]) => name.includes('job-signing-key')) ?? []
  const [, port] = Object.entries(aws.ports).find(([name]) => name.startsWith('Gateway')) ?? []
  const expires = Math.floor(Date.now() / 1000) + 600
  const claims = { session, leg: 1, job: 1, use: 'model' as const, expires }
  return { url: `http://127.0.0.1:${port}`, key: signJobToken(claims, signingKey) }
}

interface Asked {
  readonly signal?: AbortSignal
  readonly content?: string
  readonly maxTokens?: number
  readonly model?: string
}

/** Requests a stream. */
export const askFor = (
  { url, key }: { url: string; key: string },
  { signal, content = 'go', maxTokens, model = 'claude-sonnet-5-5' }: Asked = {},
) =>
  fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({
      model,
      stream: true,
      ...(maxTokens !== undefined && { max_tokens: maxTokens }),
      messages: [{ role: 'user', content }],
    }),
    ...(signal && { signal }),
  })
