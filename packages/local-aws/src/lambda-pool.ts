/** The execution environments of one function: reused when idle, added up to a limit, ended when idle for long. */
import type { Clock } from './clock.ts'
import type { Environment } from './lambda-environment.ts'
import type { ProcessPlaces } from './process-places.ts'

/** Further invocations wait for a free environment: each environment is a process of some 50 MB. */
export const mostEnvironments = 20

/** Approximate milliseconds of a cold start. */
export const coldStartMs = 250

/** How long an idle environment is kept. Lambda keeps one for minutes too, without a guarantee. */
const idleMs = 60_000

export type Lease =
  | {
      readonly ok: true
      readonly environment: Environment
      /** How long its start took; absent if it was already running. */
      readonly initMs?: number
      release(): void
    }
  | { readonly ok: false; readonly error: string }

interface Idle {
  readonly environment: Environment
  readonly forget: () => void
}

export interface PoolOptions {
  /** Creates an environment. */
  readonly start: () => Environment
  readonly clock: Clock
  /** How long an invocation waits for a free environment before it starts one, in milliseconds. */
  readonly maxWaitMs: number
  /** The processes of all functions. */
  readonly places: ProcessPlaces
}

export class LambdaPool {
  readonly #options: PoolOptions
  readonly #all = new Set<Environment>()
  readonly #waiting: (() => void)[] = []
  /** Environments that were started before the latest `retire`. */
  readonly #retired = new WeakSet<Environment>()
  readonly #hoping = new Set<(free: Environment) => void>()
  #idle: Idle[] = []
  #taken = 0
  #closed = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** Number of invocations in progress. */
  get taken(): number {
    return this.#taken
  }

  find(id: string): Environment | undefined {
    return [...this.#all].find((environment) => environment.id === id)
  }

  /** Returns a loaded, free environment; the caller must release it. Fails if the code cannot be loaded. */
  async lease(): Promise<Lease> {
    if (this.#taken >= mostEnvironments) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    } else {
      this.#taken++
    }
    const environment = this.#takeIdle() ?? (await this.#freeOrPlace())
    if (environment !== 'place') return this.#leased(environment)
    if (this.#closed) return closedEnding
    const began = performance.now()
    const started = this.#options.start()
    this.#all.add(started)
    const ending = await started.ready()
    if (ending.ok) return { ...this.#leased(started), initMs: performance.now() - began }
    started.kill()
    this.#free(started)
    return ending
  }

  /** From now on, no invocation uses an environment that was started earlier, as after an update on Lambda. */
  retire(): void {
    for (const environment of this.#all) this.#retired.add(environment)
    for (const { environment, forget } of this.#idle.splice(0)) {
      forget()
      this.#end(environment)
    }
  }

  close(): void {
    this.#closed = true
    for (const { forget } of this.#idle) forget()
    for (const environment of this.#all) environment.kill()
    for (const proceed of this.#waiting.splice(0)) proceed()
  }

  #leased(environment: Environment): Extract<Lease, { ok: true }> {
    return { ok: true, environment, release: () => this.#free(environment) }
  }

  #takeIdle(): Environment | undefined {
    const idle = this.#idle.pop()
    if (idle === undefined) return undefined
    idle.forget()
    if (idle.environment.alive) return idle.environment
    // It has exited by itself since its last invocation.
    this.#forget(idle.environment)
    return this.#takeIdle()
  }

  /**
   * Waits for an environment to become free, and from the time at which a new one would be ready also for a place to
   * start one; Lambda, too, takes the first. It uses the system's time, as starts do.
   */
  #freeOrPlace(): Promise<Environment | 'place'> {
    const isFirst = this.#all.size === 0 && this.#hoping.size === 0
    return new Promise((resolve) => {
      let withdraw = () => {}
      const take = (found: Environment | 'place') => {
        clearTimeout(timer)
        withdraw()
        this.#hoping.delete(take)
        resolve(found)
      }
      const request = () => {
        withdraw = this.#options.places.request(() => take('place'))
      }
      this.#hoping.add(take)
      const timer = setTimeout(request, isFirst ? 0 : this.#options.maxWaitMs)
    })
  }

  #free(environment: Environment): void {
    if (this.#retired.has(environment)) this.#end(environment)
    else if (environment.alive && !this.#closed) this.#handOn(environment)
    else this.#forget(environment)
    const next = this.#waiting.shift()
    // The next waiter takes this place, so the count stays.
    if (next) next()
    else this.#taken--
  }

  #handOn(environment: Environment): void {
    const [first] = this.#hoping
    if (first) first(environment)
    else this.#keepIdle(environment)
  }

  #keepIdle(environment: Environment): void {
    const { clock, places } = this.#options
    const end = () => {
      forget()
      this.#idle = this.#idle.filter((idle) => idle.environment !== environment)
      this.#end(environment)
    }
    const cancel = clock.after(idleMs, end)
    let withdraw = () => {}
    const forget = () => {
      cancel()
      withdraw()
    }
    this.#idle.push({ environment, forget })
    withdraw = places.offer(end)
  }

  #end(environment: Environment): void {
    environment.kill()
    this.#forget(environment)
  }

  #forget(environment: Environment): void {
    if (this.#all.delete(environment)) this.#options.places.release()
  }
}

const closedEnding = {
  ok: false as const,
  error: JSON.stringify({ errorType: 'Lambda.ServiceException', errorMessage: 'Closing' }),
}
