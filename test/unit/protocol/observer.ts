/** Worlds as words with a letter for each part, and worlds that record which of their parts are read. */
import { Alphabet } from './alphabet.ts'
import type { Word } from './words.ts'
import type { Parts, World } from './world.ts'

/** The changes of a word: positions, each followed by its new letter. */
export type Changes = readonly number[]

export interface Observation<Result> {
  readonly result: Result
  /** Positions in a word, in the order in which they were first read. */
  readonly seen: readonly number[]
}

interface Field {
  readonly name: keyof Parts
  readonly at: number
  readonly alphabet: Alphabet
}

export class Observer {
  readonly #parts: Parts
  readonly #fields: readonly Field[]
  readonly #byName: ReadonlyMap<string | symbol, Field>
  #word: Word = new Int32Array()
  #seen = new Set<number>()

  /** `parts` are those of any world. */
  constructor(parts: Parts) {
    const names = Object.keys(parts).filter((name): name is keyof Parts => name in parts)
    this.#parts = parts
    this.#fields = names.map((name, at) => ({ name, at, alphabet: new Alphabet() }))
    this.#byName = new Map(this.#fields.map((field) => [field.name, field]))
  }

  word(parts: Parts): Word {
    return Int32Array.from(this.#fields, ({ name, alphabet }) => alphabet.letter(parts[name]))
  }

  /** Calls a function with the world of a word. */
  observe<Result>(word: Word, look: (world: World) => Result): Observation<Result> {
    this.#word = word
    this.#seen = new Set()
    const result = look(this.#world({}))
    return { result, seen: [...this.#seen] }
  }

  /** The changes of the world being read. */
  changes(after: World): Changes {
    return this.#fields.flatMap(({ name, at, alphabet }) => {
      const part = after.changes[name]
      const letter = part === undefined ? this.#word[at] : alphabet.letter(part)
      return letter === undefined || letter === this.#word[at] ? [] : [at, letter]
    })
  }

  #world(changes: Partial<Parts>): World {
    const world: World = {
      ...this.#parts,
      ...changes,
      changes,
      with: (parts) => this.#world({ ...changes, ...parts }),
    }
    return new Proxy(world, {
      get: (_, name) => {
        const field = name in changes ? undefined : this.#byName.get(name)
        return field ? this.#look(field) : Reflect.get(world, name)
      },
    })
  }

  #look({ at, alphabet }: Field): Parts[keyof Parts] | undefined {
    this.#seen.add(at)
    return alphabet.value(this.#word[at] ?? 0)
  }
}
