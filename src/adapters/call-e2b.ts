/** Calls E2B, and classifies its errors by what can be done about them. */
import { SandboxBusy, SandboxGone, SandboxRefused, SandboxUnavailable } from '../core/errors.ts'
import { type Sighting, WORKS } from '../core/health.ts'
import { noteHealth } from './health.ts'

type Sdk = typeof import('./on-demand/e2b.ts')

/** Loads the SDK on first use: it is large, and many calls of the functions need no sandbox. */
export const e2b = (): Promise<Sdk> => import('./on-demand/e2b.ts')

/** Calls E2B about an existing sandbox. An error that another sandbox may not meet is a SandboxUnavailable with its id. */
export async function callOn<T>(sandboxId: string, call: (sdk: Sdk) => Promise<T>): Promise<T> {
  try {
    return await callE2b(call)
  } catch (error) {
    if (!(error instanceof Error) || !isAboutSandbox(error, await e2b())) throw error
    throw new SandboxUnavailable(error.message, { cause: error.cause, sandboxId })
  }
}

/** A limit or a wrong key concerns all sandboxes. */
const isAboutSandbox = (error: Error, sdk: Sdk) =>
  error instanceof SandboxUnavailable ||
  (error instanceof SandboxRefused && !isAboutAccess(error.cause, sdk))

const isAboutAccess = (cause: unknown, { AuthenticationError, SandboxError }: Sdk) =>
  cause instanceof AuthenticationError ||
  (cause instanceof SandboxError && cause.statusCode === 403)

/** Calls E2B and translates its errors. */
export async function callE2b<T>(call: (sdk: Sdk) => Promise<T>): Promise<T> {
  const sdk = await e2b()
  try {
    const result = await call(sdk)
    await noteHealth('e2b', WORKS)
    return result
  } catch (cause) {
    const error = translated(cause, sdk)
    const sighting = sightingOf(error, sdk)
    if (sighting) await noteHealth('e2b', sighting)
    throw error
  }
}

/** Returns what an error says about E2B itself, or undefined if it is about one request or one sandbox. */
function sightingOf(error: Error, sdk: Sdk): Sighting | undefined {
  const { cause } = error
  if (isAboutAccess(cause, sdk))
    return {
      state: 'down',
      detail: 'it does not accept the API key',
      cure: 'Set a valid key in the secret e2b-api-key.',
    }
  if (error instanceof SandboxBusy)
    return {
      state: 'degraded',
      detail: 'a limit of the account is reached',
      cure: 'Wait until other work has ended, or ask E2B for a higher limit.',
    }
  const status = cause instanceof sdk.SandboxError ? cause.statusCode : undefined
  return error instanceof SandboxUnavailable && status !== 409
    ? { state: 'degraded', detail: 'requests to it fail' }
    : undefined
}

/** Several of the SDK's errors are not a SandboxError, so each class is checked. */
function translated(cause: unknown, sdk: Sdk): Error {
  const message = cause instanceof Error ? cause.message : String(cause)
  if (cause instanceof sdk.RateLimitError || cause instanceof sdk.ServiceBusyError)
    return new SandboxBusy(`E2B is at a limit: ${message}`, { cause })
  if (cause instanceof sdk.AuthenticationError)
    return new SandboxRefused(`E2B refused the API key: ${message}`, { cause })
  if (cause instanceof sdk.InvalidArgumentError)
    return new SandboxRefused(`E2B refused the request: ${message}`, { cause })
  const status = cause instanceof sdk.SandboxError ? cause.statusCode : undefined
  if (cause instanceof sdk.NotFoundError)
    return new SandboxGone(`the sandbox is gone: ${message}`, { cause })
  if (status !== undefined && status < 500 && status !== 409)
    return new SandboxRefused(`E2B refused (${status}): ${message}`, { cause })
  return new SandboxUnavailable(`E2B failed: ${message}`, { cause })
}
