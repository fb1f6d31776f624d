/** The life of every sandbox: create, pause, resume, time out, end. Operations on one sandbox never overlap. */
import type { Box } from './boot.ts'
import { type BootParts, bootSandbox } from './boot-sandbox.ts'
import type { CreateLimits } from './create-limits.ts'
import type { CreateRequest } from './create-request.ts'
import { FrozenSandboxes } from './frozen-sandboxes.ts'
import { ApiError } from './json-http.ts'
import { abortResponses } from './not-running.ts'
import { removeTree } from './remove-tree.ts'
import { newSandbox, newSandboxId, type Sandbox } from './sandbox.ts'
import { type Snapshot, writeSnapshot } from './snapshot.ts'
import type { StateDir } from './state-dir.ts'

/** How long a sandbox runs without a pause: the maximum of E2B's Hobby plan. */
const MAX_RUN_SECONDS = 3600

export interface LifecycleParts extends BootParts {
  readonly stateDir: StateDir
  readonly limits: CreateLimits
  /** Sandboxes keep their files when the server closes. */
  readonly keep: boolean
}

export class Lifecycle {
  readonly #parts: LifecycleParts
  readonly #sandboxes = new Map<string, Sandbox>()
  readonly #starting = new Set<Promise<unknown>>()
  readonly #ending = new Set<Promise<void>>()
  readonly #frozenAlone = new FrozenSandboxes()
  #closing = false
  #created = 0
  #ended = 0

  constructor(parts: LifecycleParts) {
    this.#parts = parts
    for (const known of parts.stateDir.kept)
      this.#sandboxes.set(known.id, newSandbox({ ...known, sequence: this.#created++ }, 'paused'))
  }

  /** Numbers of sandboxes created and ended so far; equal if none is left. */
  get counters(): { readonly created: number; readonly ended: number } {
    return { created: this.#created, ended: this.#ended }
  }

  /** Resolves when nothing is being ended any more. A sandbox cannot be found before its processes have ended. */
  async settled(): Promise<void> {
    while (this.#ending.size > 0) await Promise.allSettled(this.#ending)
  }

  /** Oldest first. */
  list(): Sandbox[] {
    return [...this.#sandboxes.values()]
  }

  find(id: string): Sandbox | undefined {
    return this.#sandboxes.get(id)
  }

  /** @throws ApiError 404 */
  get(id: string): Sandbox {
    const sandbox = this.find(id)
    if (!sandbox) throw new ApiError(404, `sandbox "${id}" not found`)
    return sandbox
  }

  async create(request: CreateRequest): Promise<Sandbox> {
    if (this.#closing) throw new ApiError(503, 'the local E2B server is closing')
    checkTimeout(request.timeout)
    const running = this.list().filter(({ state }) => state === 'running').length
    this.#parts.limits.admit(running + this.#starting.size)
    const start = this.#start(request)
    const settled = start.catch(() => {})
    this.#starting.add(settled)
    try {
      return await start
    } finally {
      this.#starting.delete(settled)
    }
  }

  /**
   * Freezes it, or ends its processes and keeps its files.
   * @throws ApiError 409 if it is paused, 500 if writing the snapshot fails, which loses the sandbox
   */
  pause(sandbox: Sandbox, keepMemory: boolean, snapshot: Snapshot = {}): Promise<void> {
    return this.#step(sandbox, async () => {
      if (sandbox.state === 'paused')
        throw new ApiError(409, `sandbox ${sandbox.id} is already paused`)
      clearTimeout(sandbox.timer)
      sandbox.state = 'paused'
      abortResponses(sandbox)
      if (!keepMemory) await this.#endBox(sandbox)
      else if (await sandbox.box?.freeze()) this.#saveMemory(sandbox)
      const problem = await writeSnapshot(snapshot)
      if (problem === undefined) return
      this.#inBackground(sandbox, this.kill(sandbox))
      throw new ApiError(500, `error pausing sandbox ${sandbox.id}: ${problem}`)
    })
  }

  /**
   * Makes sure that it runs for `seconds` more. The end of a running one is never moved closer.
   *
   * @param reboot resumes it from its files, without the processes it had
   * @returns whether it had to be resumed
   */
  connect(sandbox: Sandbox, seconds: number, reboot = false): Promise<boolean> {
    checkTimeout(seconds)
    return this.#step(sandbox, async () => {
      if (sandbox.state === 'running') {
        if (Date.now() + seconds * 1000 > sandbox.endAt) this.#expireIn(sandbox, seconds)
        return false
      }
      this.#frozenAlone.delete(sandbox)
      if (reboot) await this.#endBox(sandbox)
      if (sandbox.box) await sandbox.box.thaw()
      else sandbox.box = await this.#boot(sandbox)
      sandbox.state = 'running'
      sandbox.startedAt = Date.now()
      this.#expireIn(sandbox, seconds)
      return true
    })
  }

  /** Sets the end of a running sandbox, at most {@link MAX_RUN_SECONDS} after its start. */
  setTimeout(sandbox: Sandbox, seconds: number): Promise<void> {
    return this.#step(sandbox, async () => {
      if (sandbox.state !== 'running')
        throw new ApiError(404, `sandbox ${sandbox.id} is not running`)
      this.#expireIn(sandbox, seconds)
    })
  }

  /** Ends all of it, even while another operation is in progress. */
  kill(sandbox: Sandbox): Promise<void> {
    if (sandbox.ending) return sandbox.ending
    const ending = this.#end(sandbox).finally(() => this.#ending.delete(ending))
    this.#ending.add(ending)
    sandbox.ending = ending
    return ending
  }

  /** Ends the daemon as a crash of the machine would. */
  async crash(sandbox: Sandbox): Promise<void> {
    await sandbox.box?.end()
  }

  /** Ends every sandbox, including those that are still starting, or only their processes if their files are kept. */
  async close(): Promise<void> {
    this.#closing = true
    await Promise.all(this.#starting)
    await Promise.all(
      this.list().map((sandbox) => (this.#parts.keep ? this.#stop(sandbox) : this.kill(sandbox))),
    )
  }

  async #start(request: CreateRequest): Promise<Sandbox> {
    const id = newSandboxId()
    const folder = this.#parts.stateDir.add(id, request)
    const sandbox = newSandbox({ id, sequence: this.#created++, request, folder })
    try {
      sandbox.box = await this.#boot(sandbox)
    } catch (error) {
      await this.kill(sandbox)
      throw error
    }
    this.#sandboxes.set(id, sandbox)
    this.#expireIn(sandbox, request.timeout)
    return sandbox
  }

  async #boot(sandbox: Sandbox): Promise<Box> {
    const box = await bootSandbox(this.#parts, sandbox)
    void box.exited.then(() => this.#onExit(sandbox, box))
    return box
  }

  /** Ends another daemon if there are many: its sandbox keeps its files, and connect boots it. */
  #saveMemory(sandbox: Sandbox): void {
    const other = this.#frozenAlone.add(sandbox)
    if (!other) return
    const end = this.#step(other, async () => {
      if (other.state === 'paused') await this.#endBox(other)
    })
    this.#inBackground(other, end)
  }

  /** If the daemon ends by itself, its sandbox ends too: the cloud has no half-dead sandboxes. */
  #onExit(sandbox: Sandbox, box: Box): void {
    if (sandbox.box !== box || sandbox.ending) return
    this.#parts.log(`${sandbox.id}: its daemon ended by itself`)
    this.#inBackground(sandbox, this.kill(sandbox))
  }

  /** Ends its processes for good. */
  async #stop(sandbox: Sandbox): Promise<void> {
    sandbox.ending ??= this.#endLife(sandbox)
    await sandbox.ending
  }

  async #end(sandbox: Sandbox): Promise<void> {
    await this.#endLife(sandbox)
    await removeTree(sandbox.folder.path)
    await removeTree(sandbox.folder.socketDir)
    this.#ended++
  }

  async #endLife(sandbox: Sandbox): Promise<void> {
    this.#sandboxes.delete(sandbox.id)
    this.#frozenAlone.delete(sandbox)
    abortResponses(sandbox)
    await sandbox.steps
    // Only now, because a resume in progress may have set the timer again.
    clearTimeout(sandbox.timer)
    await this.#endBox(sandbox)
  }

  async #endBox(sandbox: Sandbox): Promise<void> {
    const { box } = sandbox
    sandbox.box = undefined
    await box?.end()
  }

  #expireIn(sandbox: Sandbox, seconds: number): void {
    clearTimeout(sandbox.timer)
    const latest = sandbox.startedAt + MAX_RUN_SECONDS * 1000
    sandbox.endAt = Math.min(Date.now() + seconds * 1000, latest)
    sandbox.timer = setTimeout(() => this.#expire(sandbox), sandbox.endAt - Date.now())
  }

  #expire(sandbox: Sandbox): void {
    const { autoPause, autoPauseMemory } = sandbox.request
    const end = autoPause ? this.pause(sandbox, autoPauseMemory) : this.kill(sandbox)
    this.#inBackground(sandbox, end)
  }

  #inBackground(sandbox: Sandbox, work: Promise<void>): void {
    work.catch((error) => this.#parts.log(`${sandbox.id}: ${error}`))
  }

  /**
   * Runs an operation after the earlier ones.
   * @throws ApiError 404 if the sandbox has ended meanwhile
   */
  #step<T>(sandbox: Sandbox, work: () => Promise<T>): Promise<T> {
    const result = sandbox.steps.then(() => {
      if (sandbox.ending) throw new ApiError(404, `sandbox "${sandbox.id}" not found`)
      return work()
    })
    sandbox.steps = result.catch(() => {})
    return result
  }
}

function checkTimeout(seconds: number): void {
  if (seconds > MAX_RUN_SECONDS)
    throw new ApiError(400, `Timeout cannot be greater than ${MAX_RUN_SECONDS / 3600} hours`)
}
