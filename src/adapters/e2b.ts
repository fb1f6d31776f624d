/**
 * Calls E2B through its SDK, which is large: `sandboxes.ts` loads this module on first use. Errors are classified by what
 * can be done about them.
 */
import {
  AuthenticationError,
  InvalidArgumentError,
  NotFoundError,
  RateLimitError,
  Sandbox,
  SandboxError,
  ServiceBusyError,
} from 'e2b'
import type { LaunchEnv } from '../contract/runner.ts'
import { isRestricted, type NetworkRules } from '../core/egress.ts'
import { SandboxBusy, SandboxGone, SandboxRefused, SandboxUnavailable } from '../core/errors.ts'
import { type Sighting, WORKS } from '../core/health.ts'
import { END_SECONDS, PAUSE_SECONDS } from '../core/limits.ts'
import { env } from './environment.ts'
import { noteHealth } from './health.ts'
import { logger } from './logger.ts'
import { secret } from './secrets.ts'

/** A running sandbox, ready for one command. */
interface RunningSandbox {
  readonly sandboxId: string
  /** Whether it was just created. Otherwise it existed before. */
  readonly created: boolean
  /** Starts the runner, which keeps running after this call. */
  launch(job: Omit<LaunchEnv, 'BATON_SANDBOX'>): Promise<void>
}

export interface SandboxRequest {
  /** The previous sandbox. If it is gone, a new one is created. */
  readonly sandboxId?: string | undefined
  /** The previous sandbox failed too often, so another one takes its place. */
  readonly replace?: boolean
  /** Identifies it in E2B's list, so that it can be found if the response to its creation was lost. */
  readonly metadata: Readonly<Record<string, string>>
  /** Its lifetime from now, in seconds. It pauses at the end, so that its files are kept. */
  readonly seconds: number
  /** What it may reach. */
  readonly network: NetworkRules
  /** An earlier attempt may have created one whose id was lost, so look before creating. */
  readonly mayExist: boolean
}

const connection = async () => ({
  apiKey: await secret('E2B_KEY_SECRET'),
  requestTimeoutMs: 20_000,
})

/** Adds the deployment's name, because several deployments may share an E2B account. */
const ownMetadata = (metadata: SandboxRequest['metadata']) => ({
  ...metadata,
  deployment: env('DEPLOYMENT'),
})

export async function runningSandbox(wanted: SandboxRequest): Promise<RunningSandbox> {
  const { sandboxId, replace, metadata, mayExist } = wanted
  const own =
    sandboxId === undefined || replace ? undefined : await connectWithin(sandboxId, wanted)
  if (own) return own
  const lost = mayExist ? await find(metadata, sandboxId) : undefined
  const found = lost === undefined ? undefined : await adopt(lost, wanted)
  return found ?? running(await create(wanted), true)
}

/**
 * Connects to an existing sandbox, and restricts it as the setting is now: it may have been created when it could reach more.
 * Opening it would cost another request for each turn, so that waits for its next sandbox.
 */
async function connectWithin(
  sandboxId: string,
  { seconds, network }: SandboxRequest,
): Promise<RunningSandbox | undefined> {
  const sandbox = await connectSandbox(sandboxId, seconds)
  if (!sandbox || !isRestricted(network)) return sandbox
  const options = await connection()
  await callOn(sandboxId, () => Sandbox.updateNetwork(sandboxId, network, options))
  return sandbox
}

export async function connectSandbox(
  sandboxId: string,
  seconds: number,
): Promise<RunningSandbox | undefined> {
  const options = { ...(await connection()), timeoutMs: seconds * 1000 }
  const sandbox = await unlessGone(callOn(sandboxId, () => Sandbox.connect(sandboxId, options)))
  return sandbox && running(sandbox, false)
}

/** Connects to a sandbox that nobody has used yet. Without success a new one is as good; the sweep ends this one. */
async function adopt(
  sandboxId: string,
  wanted: SandboxRequest,
): Promise<RunningSandbox | undefined> {
  try {
    return await connectWithin(sandboxId, wanted)
  } catch (error) {
    if (!(error instanceof SandboxUnavailable)) throw error
    logger.warn('sandbox not adopted', { sandboxId, error })
    return undefined
  }
}

const running = (sandbox: Sandbox, created: boolean): RunningSandbox => ({
  sandboxId: sandbox.sandboxId,
  created,
  async launch(job) {
    const { sandboxId } = sandbox
    // Discard the output and disconnect, because a frozen Lambda function that held the stream would stall the job.
    const handle = await callOn(sandboxId, () =>
      sandbox.commands.run('exec baton-runner </dev/null >/dev/null 2>&1', {
        background: true,
        envs: { ...job, BATON_SANDBOX: sandboxId },
        timeoutMs: 0,
      }),
    ).catch((error: unknown) => {
      // It was there a moment ago, so look again whether it still is.
      if (!(error instanceof SandboxGone)) throw error
      throw new SandboxUnavailable(error.message, { cause: error, sandboxId })
    })
    await handle.disconnect()
  },
})

async function create({ metadata, seconds, network }: SandboxRequest): Promise<Sandbox> {
  const options = await connection()
  return translateErrors(() =>
    Sandbox.create(env('E2B_TEMPLATE'), {
      ...options,
      metadata: ownMetadata(metadata),
      timeoutMs: seconds * 1000,
      lifecycle: { onTimeout: 'pause' },
      network,
    }),
  )
}

/** Finds a sandbox with the same metadata, other than `gone`. */
async function find(
  metadata: SandboxRequest['metadata'],
  gone?: string,
): Promise<string | undefined> {
  const options = await connection()
  const found = await translateErrors(() =>
    Sandbox.list({ ...options, query: { metadata: ownMetadata(metadata) } }).nextItems(),
  )
  return found.find(({ sandboxId }) => sandboxId !== gone)?.sandboxId
}

export async function pauseSoon(sandboxId: string, seconds: number): Promise<void> {
  const options = await connection()
  await unlessGone(translateErrors(() => Sandbox.setTimeout(sandboxId, seconds * 1000, options)))
}

export async function listSandboxes() {
  const pages = Sandbox.list({
    ...(await connection()),
    query: { metadata: ownMetadata({}), state: ['running', 'paused'] },
  })
  const found: { sandboxId: string; startedAt: Date; metadata: Record<string, string> }[] = []
  while (pages.hasNext) found.push(...(await translateErrors(() => pages.nextItems())))
  return found
}

export async function pauseSandbox(sandboxId: string): Promise<void> {
  // E2B would give up the snapshot of a request that ends early, and a failed snapshot loses the sandbox.
  const options = { ...(await connection()), requestTimeoutMs: PAUSE_SECONDS * 1000 }
  await unlessGone(callOn(sandboxId, () => Sandbox.pause(sandboxId, options)))
}

export async function endSandbox(sandboxId: string): Promise<void> {
  const options = { ...(await connection()), requestTimeoutMs: END_SECONDS * 1000 }
  await unlessGone(translateErrors(() => Sandbox.kill(sandboxId, options)))
}

/** Returns undefined if the sandbox is gone. */
async function unlessGone<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (error instanceof SandboxGone) return undefined
    throw error
  }
}

/** Calls E2B about an existing sandbox. An error that another sandbox may not meet is a SandboxUnavailable with its id. */
async function callOn<T>(sandboxId: string, call: () => Promise<T>): Promise<T> {
  try {
    return await translateErrors(call)
  } catch (error) {
    if (!(error instanceof Error) || !isAboutSandbox(error)) throw error
    throw new SandboxUnavailable(error.message, { cause: error.cause, sandboxId })
  }
}

/** A limit or a wrong key concerns all sandboxes. */
const isAboutSandbox = (error: Error) =>
  error instanceof SandboxUnavailable ||
  (error instanceof SandboxRefused && !isAboutAccess(error.cause))

const isAboutAccess = (cause: unknown) =>
  cause instanceof AuthenticationError ||
  (cause instanceof SandboxError && cause.statusCode === 403)

/** Calls E2B and translates its errors. Several SDK errors are not a SandboxError, so each class is checked. */
async function translateErrors<T>(call: () => Promise<T>): Promise<T> {
  try {
    const result = await call()
    await noteHealth('e2b', WORKS)
    return result
  } catch (cause) {
    const error = translated(cause)
    const sighting = sightingOf(error)
    if (sighting) await noteHealth('e2b', sighting)
    throw error
  }
}

/** Returns what an error says about E2B itself, or undefined if it is about one request or one sandbox. */
function sightingOf(error: Error): Sighting | undefined {
  const { cause } = error
  if (isAboutAccess(cause))
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
  const status = cause instanceof SandboxError ? cause.statusCode : undefined
  return error instanceof SandboxUnavailable && status !== 409
    ? { state: 'degraded', detail: 'requests to it fail' }
    : undefined
}

function translated(cause: unknown): Error {
  const message = cause instanceof Error ? cause.message : String(cause)
  if (cause instanceof RateLimitError || cause instanceof ServiceBusyError)
    return new SandboxBusy(`E2B is at a limit: ${message}`, { cause })
  if (cause instanceof AuthenticationError)
    return new SandboxRefused(`E2B refused the API key: ${message}`, { cause })
  if (cause instanceof InvalidArgumentError)
    return new SandboxRefused(`E2B refused the request: ${message}`, { cause })
  const status = cause instanceof SandboxError ? cause.statusCode : undefined
  if (cause instanceof NotFoundError)
    return new SandboxGone(`the sandbox is gone: ${message}`, { cause })
  if (status !== undefined && status < 500 && status !== 409)
    return new SandboxRefused(`E2B refused (${status}): ${message}`, { cause })
  return new SandboxUnavailable(`E2B failed: ${message}`, { cause })
}
