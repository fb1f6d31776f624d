/** The execution environments of one function: reused when idle, added up to a bound, ended when they are not needed. */
import type { Clock } from './clock.ts'
import type { Environment } from './lambda-environment.ts'

/** More invocations than this wait for each other: each environment is a process of some 50 MB. */
export const mostEnvironments = 20

/** An idle environment is kept this long. Lambda keeps one for minutes too, and promises nothing. */
const idleMs = 60_000

export type Lease =
  | { readonly ok: true; readonly environment: Environment; release(): void }
  | { readonly ok: false; readonly error: string }

interface Idle {
  readonly environment: Environment
  readonly forget: () => void
}

export class LambdaPool {
  readonly #start: () => Environment
  readonly #clock: Clock
  readonly #all = new Set<Environment>()
  readonly #waiting: (() => void)[] = []
  /** Those that were started before the latest `retire`. */
  readonly #retired = new WeakSet<Environment>()
  #idle: Idle[] = []
  #taken = 0
  #closed = false

  /** `start` makes a new environment. */
  constructor(start: () => Environment, clock: Clock) {
    this.#start = start
    this.#clock = clock
  }

  /** Invocations under way. */
  get taken(): number {
    return this.#taken
  }

  find(id: string): Environment | undefined {
    return [...this.#all].find((environment) => environment.id === id)
  }

  /** An environment that is loaded and free; the caller releases it. Fails when the code cannot be loaded. */
  async lease(): Promise<Lease> {
    if (this.#taken >= mostEnvironments) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    } else {
      this.#taken++
    }
    const environment = this.#takeIdle()
    if (environment) return this.#leased(environment)
    if (this.#closed) return closedEnding
    const started = this.#start()
    this.#all.add(started)
    const ending = await started.ready()
    if (ending.ok) return this.#leased(started)
    started.kill()
    this.#free(started)
    return ending
  }

  /** No invocation from now on meets an environment that was started before: as after an update on Lambda. */
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

  #leased(environment: Environment): Lease {
    return { ok: true, environment, release: () => this.#free(environment) }
  }

  #takeIdle(): Environment | undefined {
    const idle = this.#idle.pop()
    idle?.forget()
    // It may have exited by itself since its last invocation.
    return idle === undefined || idle.environment.alive ? idle?.environment : this.#takeIdle()
  }

  #free(environment: Environment): void {
    if (this.#retired.has(environment)) this.#end(environment)
    else if (environment.alive && !this.#closed) this.#keepIdle(environment)
    else this.#all.delete(environment)
    const next = this.#waiting.shift()
    // Whoever waited takes this place, so that the count stays.
    if (next) next()
    else this.#taken--
  }

  #keepIdle(environment: Environment): void {
    const forget = this.#clock.after(idleMs, () => {
      this.#idle = this.#idle.filter((idle) => idle.environment !== environment)
      this.#end(environment)
    })
    this.#idle.push({ environment, forget })
  }

  #end(environment: Environment): void {
    this.#all.delete(environment)
    environment.kill()
  }
}

const closedEnding = {
  ok: false as const,
  error: JSON.stringify({ errorType: 'Lambda.ServiceException', errorMessage: 'Closing' }),
}
