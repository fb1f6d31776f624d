/** Creates, connects, pauses and ends E2B sandboxes through the SDK. Errors are classified by what can be done about them. */
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
import { SandboxBusy, SandboxGone, SandboxRefused, SandboxUnavailable } from '../core/errors.ts'
import { env } from './environment.ts'
import { secret } from './secrets.ts'

/** A running sandbox, ready for one command. */
export interface RunningSandbox {
  readonly sandboxId: string
  /** Whether it was just created. Otherwise it existed before. */
  readonly created: boolean
  /** Starts the runner, which keeps running after this call. */
  launch(job: LaunchEnv): Promise<void>
}

export interface SandboxRequest {
  /** The previous sandbox. If it is gone, a new one is created. */
  readonly sandboxId?: string | undefined
  /** Identifies it in E2B's list, so that it can be found if the response to its creation was lost. */
  readonly metadata: Readonly<Record<string, string>>
  /** Its lifetime from now, in seconds. */
  readonly seconds: number
  /** What happens at the end of its lifetime. */
  readonly onTimeout: 'pause' | 'kill'
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

/** Returns a running sandbox, usually with one round trip. Throws SandboxBusy, SandboxUnavailable or SandboxRefused. */
export async function runningSandbox(wanted: SandboxRequest): Promise<RunningSandbox> {
  const { sandboxId, seconds, metadata, mayExist } = wanted
  const own = sandboxId === undefined ? undefined : await connectSandbox(sandboxId, seconds)
  if (own) return own
  const lost = mayExist ? await find(metadata, sandboxId) : undefined
  const found = lost === undefined ? undefined : await connectSandbox(lost, seconds)
  return found ?? running(await create(wanted), true)
}

/** Connects to a sandbox and resumes it if it was paused. Returns undefined if it is gone. */
export async function connectSandbox(
  sandboxId: string,
  seconds: number,
): Promise<RunningSandbox | undefined> {
  const sandbox = await connect(sandboxId, seconds)
  return sandbox && running(sandbox, false)
}

const running = (sandbox: Sandbox, created: boolean): RunningSandbox => ({
  sandboxId: sandbox.sandboxId,
  created,
  async launch(job) {
    // Discard the output and disconnect, because a frozen Lambda function that held the stream would stall the job.
    const handle = await translateErrors(() =>
      sandbox.commands.run('exec baton-runner </dev/null >/dev/null 2>&1', {
        background: true,
        envs: job,
        timeoutMs: 0,
      }),
    )
    await handle.disconnect()
  },
})

async function connect(sandboxId: string, seconds: number): Promise<Sandbox | undefined> {
  try {
    const options = await connection()
    return await translateErrors(() =>
      Sandbox.connect(sandboxId, { ...options, timeoutMs: seconds * 1000 }),
    )
  } catch (error) {
    if (error instanceof SandboxGone) return undefined
    throw error
  }
}

async function create({ metadata, seconds, onTimeout }: SandboxRequest): Promise<Sandbox> {
  const options = await connection()
  return translateErrors(() =>
    Sandbox.create(env('E2B_TEMPLATE'), {
      ...options,
      metadata: ownMetadata(metadata),
      timeoutMs: seconds * 1000,
      lifecycle: { onTimeout },
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

/** Lets a sandbox pause after `seconds` unless it is used sooner. Ignores a sandbox that is gone. */
export async function pauseSoon(sandboxId: string, seconds: number): Promise<void> {
  const options = await connection()
  await translateErrors(() => Sandbox.setTimeout(sandboxId, seconds * 1000, options)).catch(
    ignoreGone,
  )
}

/** Returns all running and paused sandboxes of this deployment. */
export async function listSandboxes() {
  const pages = Sandbox.list({
    ...(await connection()),
    query: { metadata: ownMetadata({}), state: ['running', 'paused'] },
  })
  const found: { sandboxId: string; startedAt: Date; metadata: Record<string, string> }[] = []
  while (pages.hasNext) found.push(...(await translateErrors(() => pages.nextItems())))
  return found
}

/** Pauses a sandbox. Ignores one that is gone or already paused. */
export async function pauseSandbox(sandboxId: string): Promise<void> {
  const options = await connection()
  await translateErrors(() => Sandbox.pause(sandboxId, options)).catch(ignoreGone)
}

/** Ends a sandbox and everything in it. Ignores one that is gone. */
export async function endSandbox(sandboxId: string): Promise<void> {
  const options = await connection()
  await translateErrors(() => Sandbox.kill(sandboxId, options)).catch(ignoreGone)
}

function ignoreGone(error: unknown): void {
  if (!(error instanceof SandboxGone)) throw error
}

/** Calls E2B and translates its errors. Several SDK errors are not a SandboxError, so each class is checked. */
async function translateErrors<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw translated(error)
  }
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
