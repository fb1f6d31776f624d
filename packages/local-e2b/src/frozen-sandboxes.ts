/** Paused sandboxes in which only the daemon is left. It remembers nothing, so it can be ended to save memory. */
import type { Sandbox } from './sandbox.ts'

/** How many daemons stay in memory, some 18 MB each, so that their sandboxes are resumed at once. */
const MOST = 8

export class FrozenSandboxes {
  /** The first was paused first. */
  readonly #all = new Set<Sandbox>()

  /** Adds one. Returns another that is too many: the one that was paused first. */
  add(sandbox: Sandbox): Sandbox | undefined {
    this.#all.add(sandbox)
    const [first] = this.#all
    if (this.#all.size <= MOST || !first) return undefined
    this.#all.delete(first)
    return first
  }

  /** Forgets one that is resumed or ended. */
  delete(sandbox: Sandbox): void {
    this.#all.delete(sandbox)
  }
}
