/** Calling work off: a tree of scopes in which cancelling one cancels all below it, at once. */
import { Stopped } from './failure.ts'

/** What a settling promise must undo: its timers, its token. */
export type Cleanup = () => void

export class Scope {
  #cancelled = false
  readonly #listeners = new Set<() => void>()

  get cancelled(): boolean {
    return this.#cancelled
  }

  /**
   * Calls off everything under way in this scope, synchronously; nothing in it has an effect
   * afterwards.
   */
  cancel(): void {
    if (this.#cancelled) return
    this.#cancelled = true
    for (const listener of [...this.#listeners]) listener()
    this.#listeners.clear()
  }

  /**
   * Throws `Stopped` once the scope is cancelled: to be called after every wait, before every
   * effect.
   */
  check(): void {
    if (this.#cancelled) throw new Stopped('The work was called off.')
  }

  /**
   * Runs `listener` when the scope is cancelled, unless the returned function was called before.
   */
  onCancel(listener: () => void): Cleanup {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Runs `work` in a scope of its own that this scope's cancellation reaches. */
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
   * A promise that is settled by the first of `begin`'s two callbacks or rejected with `Stopped` by
   * cancellation. What `begin` registers with `onSettled` runs exactly once, before the promise is
   * settled.
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
