/** Breadth-first exploration of everything that can happen in a scenario: the shortest way to a broken property, or none. */
import { Interned } from './interned.ts'
import { normal } from './normal.ts'
import { badEnd, broken } from './properties.ts'
import type { Setting, Transition } from './transition.ts'
import { successors } from './transitions/all.ts'
import { beginning, REPORT, type World } from './world.ts'

export interface Counterexample {
  /** The property's name, then what went wrong. */
  readonly broken: string
  /** What happened, first to last. */
  readonly trace: readonly string[]
}

export interface Exploration {
  readonly states: number
  readonly transitions: number
  readonly found?: Counterexample
}

/** Throws when there are more than `limit` states: an unfinished search proves nothing. */
export function explore(setting: Setting, limit = 1_000_000): Exploration {
  return new Search(setting, limit).run()
}

class Search {
  readonly #setting: Setting
  readonly #limit: number
  readonly #interned: Interned
  readonly #ids = new Map<string, number>()
  readonly #keys: string[] = []
  readonly #parents: number[] = []
  /** Targets of progress transitions, those of state `i` from `#first[i]` on. */
  readonly #edges: number[] = []
  readonly #first: number[] = []
  #transitions = 0

  constructor(setting: Setting, limit: number) {
    const bodies = setting.system.bodyFirst ? [...new Set(setting.scenario.queue), REPORT] : []
    const start = normal(beginning(setting.scenario, bodies), setting.system)
    this.#setting = setting
    this.#limit = limit
    this.#interned = new Interned(start)
    this.#idOf(start, -1)
  }

  run(): Exploration {
    const found = this.#states() ?? this.#cycle()
    const counts = { states: this.#keys.length, transitions: this.#transitions }
    return found ? { ...counts, found } : counts
  }

  #states(): Counterexample | undefined {
    for (let id = 0; id < this.#keys.length; id++) {
      const found = this.#visit(id)
      if (found) return found
    }
    this.#first.push(this.#edges.length)
    return undefined
  }

  #visit(id: number): Counterexample | undefined {
    const world = this.#world(id)
    this.#first.push(this.#edges.length)
    for (const transition of successors(world, this.#setting)) {
      this.#transitions++
      const why = broken(world, transition)
      if (why) return { broken: why, trace: [...this.#trace(id), transition.label] }
      const next = this.#idOf(this.#after(transition), id)
      if (!transition.fault) this.#edges.push(next)
    }
    const ends = this.#edges.length === this.#first[id]
    const why = ends ? badEnd(world) : undefined
    return why ? { broken: why, trace: this.#trace(id) } : undefined
  }

  /** Progress that comes round again is a livelock: what Kahn's algorithm cannot take away. */
  #cycle(): Counterexample | undefined {
    const entries = new Int32Array(this.#keys.length)
    for (const target of this.#edges) entries[target] = (entries[target] ?? 0) + 1
    const free = [...this.#keys.keys()].filter((id) => entries[id] === 0)
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

  #after = ({ world }: Transition): World => normal(world, this.#setting.system)

  #world(id: number): World {
    return this.#interned.world(this.#keys[id] ?? '')
  }

  #idOf(world: World, parent: number): number {
    const key = this.#interned.key(world)
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    const id = this.#keys.length
    if (id >= this.#limit)
      throw new Error(
        `${this.#setting.scenario.name}: more than ${this.#limit} states; lower its faults, or raise the limit (--limit)`,
      )
    this.#ids.set(key, id)
    this.#keys.push(key)
    this.#parents.push(parent)
    return id
  }

  /** What led to a state, first to last. */
  #trace(id: number): string[] {
    const labels: string[] = []
    for (let at = id; at > 0; at = this.#parents[at] ?? 0) {
      const key = this.#keys[at]
      const taken = successors(this.#world(this.#parents[at] ?? 0), this.#setting).find(
        (transition) => this.#interned.key(this.#after(transition)) === key,
      )
      labels.unshift(taken?.label ?? 'an unknown step')
    }
    return labels
  }
}
