/**
 * Breadth-first exploration of everything that can happen in a scenario. Finds the shortest way to a violated
 * property, if there is one.
 */
import { type Move, StateSpace } from './state-space.ts'
import type { Setting } from './transition.ts'
import { type Word, Words } from './words.ts'

export interface Counterexample {
  /** The property's name, then the violation. */
  readonly broken: string
  /** What happened, first to last. */
  readonly trace: readonly string[]
}

export interface Exploration {
  readonly states: number
  readonly transitions: number
  readonly found?: Counterexample
}

/** Throws if there are more than `limit` states, because an incomplete search proves nothing. */
export function explore(setting: Setting, limit = 1_000_000): Exploration {
  return new Search(setting, limit).run()
}

class Search {
  readonly #name: string
  readonly #limit: number
  readonly #space: StateSpace
  readonly #states: Words
  readonly #parents: number[] = []
  /** The state being visited, and the one after a move. */
  readonly #from: Word
  readonly #to: Word
  /** Targets of moves that are progress; those of state `i` start at `#first[i]`. */
  readonly #edges: number[] = []
  readonly #first: number[] = []
  #transitions = 0

  constructor(setting: Setting, limit: number) {
    this.#name = setting.scenario.name
    this.#limit = limit
    this.#space = new StateSpace(setting)
    const { start } = this.#space
    this.#states = new Words(start.length)
    this.#from = new Int32Array(start.length)
    this.#to = new Int32Array(start.length)
    this.#idOf(start, -1)
  }

  run(): Exploration {
    const found = this.#search() ?? this.#cycle()
    const counts = { states: this.#states.size, transitions: this.#transitions }
    return found ? { ...counts, found } : counts
  }

  #search(): Counterexample | undefined {
    for (let id = 0; id < this.#states.size; id++) {
      const found = this.#visit(id)
      if (found) return found
    }
    this.#first.push(this.#edges.length)
    return undefined
  }

  #visit(id: number): Counterexample | undefined {
    this.#states.read(id, this.#from)
    this.#first.push(this.#edges.length)
    for (const moves of this.#space.moves)
      for (const move of moves.of(this.#from)) {
        const why = this.#take(move, id)
        if (why) return { broken: why, trace: [...this.#trace(id), move.label] }
      }
    const ends = this.#edges.length === this.#first[id]
    const why = ends ? this.#space.badEnd.of(this.#from) : undefined
    return why ? { broken: why, trace: this.#trace(id) } : undefined
  }

  /** Makes a move from the visited state. Returns the property that it violates. */
  #take(move: Move, id: number): string | undefined {
    this.#transitions++
    if (move.breaks) return move.breaks
    this.#space.follow(move, this.#from, this.#to)
    const known = this.#states.size
    const target = this.#idOf(this.#to, id)
    if (move.progresses) this.#edges.push(target)
    return target < known ? undefined : this.#space.endless.of(this.#to)
  }

  /** A cycle of progress is a livelock: what remains after Kahn's algorithm. */
  #cycle(): Counterexample | undefined {
    const entries = new Int32Array(this.#states.size)
    for (const target of this.#edges) entries[target] = (entries[target] ?? 0) + 1
    const free = Array.from(entries.keys()).filter((id) => entries[id] === 0)
    for (let id = free.pop(); id !== undefined; id = free.pop())
      for (const target of this.#progress(id)) {
        const left = (entries[target] ?? 0) - 1
        entries[target] = left
        if (left === 0) free.push(target)
      }
    const round = entries.findIndex((left) => left > 0)
    return round < 0
      ? undefined
      : { broken: 'L5 steps go round without end', trace: this.#trace(round) }
  }

  #progress(id: number): number[] {
    return this.#edges.slice(this.#first[id], this.#first[id + 1])
  }

  #idOf(state: Word, parent: number): number {
    const id = this.#states.add(state)
    if (id < this.#parents.length) return id
    if (id >= this.#limit)
      throw new Error(
        `${this.#name}: more than ${this.#limit} states; lower its faults, or raise the limit (--limit)`,
      )
    this.#parents.push(parent)
    return id
  }

  /** Returns what led to a state, first to last. */
  #trace(id: number): string[] {
    const labels: string[] = []
    for (let at = id; at > 0; at = this.#parents[at] ?? 0) {
      this.#states.read(this.#parents[at] ?? 0, this.#from)
      const taken = this.#space.moves
        .flatMap((moves) => moves.of(this.#from))
        .find((move) => {
          this.#space.follow(move, this.#from, this.#to)
          return this.#states.add(this.#to) === at
        })
      labels.unshift(taken?.label ?? 'an unknown step')
    }
    return labels
  }
}
