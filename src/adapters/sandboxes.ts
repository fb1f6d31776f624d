/** E2B sandboxes through its SDK: one to run in, a job started in it, paused, ended; errors by what can be done about them. */
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
  /** Created just now, or connected to. */
  readonly created: boolean
  /** Starts the runner; it goes on when this call has ended. */
  launch(job: LaunchEnv): Promise<void>
}

export interface SandboxRequest {
  /** The one it had; a new one is created when that is gone. */
  readonly sandboxId?: string | undefined
  /** Identifies it in E2B's list: a create whose answer was lost is found again by it. */
  readonly metadata: Readonly<Record<string, string>>
  /** How long it lives from now, in seconds. */
  readonly seconds: number
  /** What happens then. */
  readonly onTimeout: 'pause' | 'kill'
  /** An earlier attempt may have created one without our knowing: look before creating. */
  readonly mayExist: boolean
}

const connection = async () => ({
  apiKey: await secret('E2B_KEY_SECRET'),
  requestTimeoutMs: 20_000,
})

/** An E2B account may be shared: what is this deployment's carries its name. */
const ours = (metadata: SandboxRequest['metadata']) => ({
  ...metadata,
  deployment: env('DEPLOYMENT'),
})

/** At most one round trip in the usual case. Throws SandboxBusy, SandboxUnavailable or SandboxRefused. */
export async function runningSandbox(wanted: SandboxRequest): Promise<RunningSandbox> {
  const { sandboxId, seconds, metadata, mayExist } = wanted
  const own = sandboxId === undefined ? undefined : await connectSandbox(sandboxId, seconds)
  if (own) return own
  const lost = mayExist ? await find(metadata, sandboxId) : undefined
  const found = lost === undefined ? undefined : await connectSandbox(lost, seconds)
  return found ?? running(await create(wanted), true)
}

/** A sandbox that is there, woken if it was paused; nothing when it is gone. */
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
    // Its output goes nowhere and we let go of the stream: a frozen Lambda that held it would stall the job.
    const handle = await tell(() =>
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
    return await tell(() => Sandbox.connect(sandboxId, { ...options, timeoutMs: seconds * 1000 }))
  } catch (error) {
    if (error instanceof SandboxGone) return undefined
    throw error
  }
}

async function create({ metadata, seconds, onTimeout }: SandboxRequest): Promise<Sandbox> {
  const options = await connection()
  return tell(() =>
    Sandbox.create(env('E2B_TEMPLATE'), {
      ...options,
      metadata: ours(metadata),
      timeoutMs: seconds * 1000,
      lifecycle: { onTimeout },
    }),
  )
}

/** Another one than `gone` that was created for the same. */
async function find(
  metadata: SandboxRequest['metadata'],
  gone?: string,
): Promise<string | undefined> {
  const options = await connection()
  const found = await tell(() =>
    Sandbox.list({ ...options, query: { metadata: ours(metadata) } }).nextItems(),
  )
  return found.find(({ sandboxId }) => sandboxId !== gone)?.sandboxId
}

/** It pauses itself after so many seconds, unless it is connected to before; one that is gone is fine. */
export async function pauseSoon(sandboxId: string, seconds: number): Promise<void> {
  const options = await connection()
  await tell(() => Sandbox.setTimeout(sandboxId, seconds * 1000, options)).catch(ignoreGone)
}

/** Every sandbox of ours that runs or is paused. */
export async function listSandboxes() {
  const pages = Sandbox.list({
    ...(await connection()),
    query: { metadata: ours({}), state: ['running', 'paused'] },
  })
  const found: { sandboxId: string; startedAt: Date; metadata: Record<string, string> }[] = []
  while (pages.hasNext) found.push(...(await tell(() => pages.nextItems())))
  return found
}

/** Freezes it; one that is gone or paused already is fine. */
export async function pauseSandbox(sandboxId: string): Promise<void> {
  const options = await connection()
  await tell(() => Sandbox.pause(sandboxId, options)).catch(ignoreGone)
}

/** Ends it and everything in it; one that is gone is fine. */
export async function endSandbox(sandboxId: string): Promise<void> {
  const options = await connection()
  await tell(() => Sandbox.kill(sandboxId, options)).catch(ignoreGone)
}

function ignoreGone(error: unknown): void {
  if (!(error instanceof SandboxGone)) throw error
}

/** Calls E2B and names its failures by what can be done about them (facts of the SDK: several are no SandboxError). */
async function tell<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw named(error)
  }
}

function named(cause: unknown): Error {
  const message = cause instanceof Error ? cause.message : String(cause)
  if (cause instanceof RateLimitError || cause instanceof ServiceBusyError)
    return new SandboxBusy(`E2B asks to wait: ${message}`, { cause })
  if (cause instanceof AuthenticationError)
    return new SandboxRefused(`E2B refused the API key: ${message}`, { cause })
  if (cause instanceof InvalidArgumentError)
    return new SandboxRefused(`E2B refused the request: ${message}`, { cause })
  const status = cause instanceof SandboxError ? cause.statusCode : undefined
  if (cause instanceof NotFoundError)
    return new SandboxGone(`the sandbox is gone: ${message}`, { cause })
  if (status !== undefined && status < 500 && status !== 409)
    return new SandboxRefused(`E2B refused (${status}): ${message}`, { cause })
  return new SandboxUnavailable(`E2B did not answer as it should: ${message}`, { cause })
}
