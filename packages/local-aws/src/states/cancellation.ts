/** Cancellation: a tree of scopes in which cancelling one cancels all below it, synchronously. */
import { Stopped } from './failure.ts'

/** Cleans up when a promise settles: its timers, its token. */
export type Cleanup = () => void

export class Scope {
  #cancelled = false
  readonly #listeners = new Set<() => void>()

  get cancelled(): boolean {
    return this.#cancelled
  }

  /** Cancels everything in this scope, synchronously. Nothing in it has an effect afterwards. */
  cancel(): void {
    if (this.#cancelled) return
    this.#cancelled = true
    for (const listener of [...this.#listeners]) listener()
    this.#listeners.clear()
  }

  /** Throws `Stopped` if the scope is cancelled. Call it after every await and before every effect. */
  check(): void {
    if (this.#cancelled) throw new Stopped('The work was called off.')
  }

  /** Runs `listener` when the scope is cancelled, unless the returned function was called before. */
  onCancel(listener: () => void): Cleanup {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Runs `work` in a child scope, which this scope's cancellation includes. */
  async nested<T>(work: (scope: Scope) => Promise<T>): Promise<T> {
    this.check()
    const inner = new Scope()
    const forget = this.onCancel(() => inner.cancel())
    try {
      return await work(inner)
    } finally {
      forget()
    }
  }

  /**
   * Returns a promise that `begin` settles by one of its two callbacks, whichever it calls first. Cancellation
   * rejects it with `Stopped`. Functions that `begin` registers with `onSettled` run exactly once, before the
   * promise settles.
   */
  promise<T>(
    begin: (settle: {
      resolve: (value: T) => void
      reject: (error: Error) => void
      onSettled: (cleanup: Cleanup) => void
    }) => void,
  ): Promise<T> {
    this.check()
    return new Promise((resolve, reject) => {
      const cleanups: Cleanup[] = []
      let settled = false
      const settle = (finish: () => void) => {
        if (settled) return
        settled = true
        for (const cleanup of cleanups) cleanup()
        finish()
      }
      cleanups.push(
        this.onCancel(() => settle(() => reject(new Stopped('The work was called off.')))),
      )
      begin({
        resolve: (value) => settle(() => resolve(value)),
        reject: (error) => settle(() => reject(error)),
        onSettled: (cleanup) => cleanups.push(cleanup),
      })
    })
  }
}
