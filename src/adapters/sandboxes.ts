/** Creates, connects, pauses and ends E2B sandboxes. */
import type { Sandbox } from 'e2b'
import type { LaunchEnv } from '../contract/runner.ts'
import { isRestricted, type NetworkRules } from '../core/egress.ts'
import { SandboxGone, SandboxUnavailable } from '../core/errors.ts'
import { END_SECONDS, PAUSE_SECONDS } from '../core/limits.ts'
import { callE2b, callOn, e2b } from './call-e2b.ts'
import { env } from './environment.ts'
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

interface SandboxRequest {
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

/** Returns a running sandbox, usually with one round trip. Throws SandboxBusy, SandboxUnavailable or SandboxRefused. */
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
  await callOn(sandboxId, ({ Sandbox }) => Sandbox.updateNetwork(sandboxId, network, options))
  return sandbox
}

/** Connects to a sandbox and resumes it if it was paused. Returns undefined if it is gone. */
export async function connectSandbox(
  sandboxId: string,
  seconds: number,
): Promise<RunningSandbox | undefined> {
  const options = { ...(await connection()), timeoutMs: seconds * 1000 }
  const sandbox = await unlessGone(
    callOn(sandboxId, ({ Sandbox }) => Sandbox.connect(sandboxId, options)),
  )
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
  return callE2b(({ Sandbox }) =>
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
  const found = await callE2b(({ Sandbox }) =>
    Sandbox.list({ ...options, query: { metadata: ownMetadata(metadata) } }).nextItems(),
  )
  return found.find(({ sandboxId }) => sandboxId !== gone)?.sandboxId
}

/** Lets a sandbox pause after `seconds` unless it is used sooner. Ignores a sandbox that is gone. */
export async function pauseSoon(sandboxId: string, seconds: number): Promise<void> {
  const options = await connection()
  await unlessGone(callE2b(({ Sandbox }) => Sandbox.setTimeout(sandboxId, seconds * 1000, options)))
}

/** Returns all running and paused sandboxes of this deployment. */
export async function listSandboxes() {
  const { Sandbox } = await e2b()
  const pages = Sandbox.list({
    ...(await connection()),
    query: { metadata: ownMetadata({}), state: ['running', 'paused'] },
  })
  const found: { sandboxId: string; startedAt: Date; metadata: Record<string, string> }[] = []
  while (pages.hasNext) found.push(...(await callE2b(() => pages.nextItems())))
  return found
}

/** Pauses a sandbox, which may take more than a minute. Ignores one that is gone or already paused. */
export async function pauseSandbox(sandboxId: string): Promise<void> {
  // E2B would give up the snapshot of a request that ends early, and a failed snapshot loses the sandbox.
  const options = { ...(await connection()), requestTimeoutMs: PAUSE_SECONDS * 1000 }
  await unlessGone(callOn(sandboxId, ({ Sandbox }) => Sandbox.pause(sandboxId, options)))
}

/** Ends a sandbox and everything in it. Ignores one that is gone. */
export async function endSandbox(sandboxId: string): Promise<void> {
  const options = { ...(await connection()), requestTimeoutMs: END_SECONDS * 1000 }
  await unlessGone(callE2b(({ Sandbox }) => Sandbox.kill(sandboxId, options)))
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
