/** A memoised function of worlds: one result for all worlds that are equal in the parts it reads. */
import { Edges } from './edges.ts'
import type { Observer } from './observer.ts'
import type { Word } from './words.ts'
import type { World } from './world.ts'

const ROOT = 0

/**
 * A decision tree. Each node reads one letter of the word, the part that the function read next; a leaf holds the
 * result. The function must depend on the world alone.
 */
export class Memo<Result> {
  readonly #observer: Observer
  readonly #compute: (world: World) => Result
  /** Every node but the root, by its parent and the letter that leads to it. */
  readonly #edges = new Edges()
  /** By node: the position that it reads, or for a leaf the complement of its result's number. */
  readonly #asks: number[] = []
  readonly #results: { readonly found: Result }[] = []

  constructor(observer: Observer, compute: (world: World) => Result) {
    this.#observer = observer
    this.#compute = compute
  }

  of(word: Word): Result {
    for (let node = ROOT; ; ) {
      const asks = this.#asks[node]
      const known = asks !== undefined && asks < 0 ? this.#results[~asks] : undefined
      if (known) return known.found
      if (asks === undefined) return this.#learn(word)
      node = this.#edges.child(node, word[asks] ?? 0)
    }
  }

  #learn(word: Word): Result {
    const { result, seen } = this.#observer.observe(word, this.#compute)
    let node = ROOT
    for (const position of seen) {
      this.#asks[node] = position
      node = this.#edges.child(node, word[position] ?? 0)
    }
    this.#asks[node] = ~(this.#results.push({ found: result }) - 1)
    return result
  }
}
