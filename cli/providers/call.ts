/** Requests to providers, with the operator's key. Base URLs can point elsewhere, as for the functions. */
import type * as z from 'zod'
import { CliError, reasonOf } from '../errors.ts'

const TIMEOUT_MS = 15_000

/** A provider's refusal. */
export class ProviderRefusal extends CliError {
  readonly status: number
  constructor(provider: string, status: number, said: string) {
    super(`${provider} answered ${status}${said === '' ? '' : `: ${said}`}`)
    this.status = status
  }
  /** Whether it is about the key. */
  get isAboutKey(): boolean {
    return this.status === 401 || this.status === 403
  }
}

export interface ProviderRequest<T> {
  /** Its name, for people. */
  readonly provider: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly answer: z.ZodType<T>
  /** GET, unless something is to be changed. */
  readonly method?: 'POST' | 'PATCH' | 'DELETE'
  /** A form or JSON. */
  readonly body?: URLSearchParams | object
}

/** Asks a provider. Throws a ProviderRefusal, or a CliError if it cannot be reached or says something unexpected. */
export async function askProvider<T>({
  provider,
  url,
  headers,
  answer,
  method,
  body: sent,
}: ProviderRequest<T>): Promise<T> {
  const isForm = sent instanceof URLSearchParams
  const response = await fetch(url, {
    method: method ?? 'GET',
    headers: { ...headers, ...(sent && !isForm && { 'content-type': 'application/json' }) },
    ...(sent && { body: isForm ? sent : JSON.stringify(sent) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((cause: unknown) => {
    throw new CliError(`${provider} cannot be reached: ${reasonOf(cause)}`, {
      cure: 'Check that this machine is online; then try again.',
      cause,
    })
  })
  const body: unknown = await response.json().catch(() => undefined)
  if (!response.ok) throw new ProviderRefusal(provider, response.status, messageIn(body))
  const { data, error } = answer.safeParse(body)
  if (error !== undefined)
    throw new CliError(`${provider} answers in another way than its documents say.`, {
      cause: error,
    })
  return data
}

const LONGEST = 200

/** Returns what a provider says is wrong. */
function messageIn(body: unknown): string {
  const found = JSON.stringify(body)?.match(/"message":"((?:[^"\\]|\\.)*)"/)?.[1] ?? ''
  return found.slice(0, LONGEST)
}

/** Returns a base URL without a slash at its end. */
export const baseUrl = (variable: string, standard: string): string =>
  (process.env[variable] || standard).replace(/\/+$/, '')
