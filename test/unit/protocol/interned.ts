/** A world as a short key: each of its parts is stored once and named by a number. */
import type { World } from './world.ts'

type Part = World[keyof World]

/** Equal worlds have equal keys; a key gives its world back. */
export class Interned {
  readonly #fields: readonly (keyof World)[]
  readonly #byText = new Map<string, number>()
  readonly #byObject = new WeakMap<object, number>()
  readonly #parts: Part[] = []
  readonly #template: World

  constructor(template: World) {
    this.#template = template
    this.#fields = Object.keys(template).filter((name): name is keyof World => name in template)
  }

  key(world: World): string {
    let key = ''
    for (const field of this.#fields) key += `${this.#number(world[field]).toString(36)},`
    return key
  }

  world(key: string): World {
    const parts = key.split(',').map((number) => this.#parts[Number.parseInt(number, 36)])
    const named = this.#fields.map((field, i) => [field, parts[i]] as const)
    return { ...this.#template, ...Object.fromEntries(named) }
  }

  #number(part: Part): number {
    if (typeof part !== 'object' || part === null) return this.#stored(part)
    const known = this.#byObject.get(part)
    if (known !== undefined) return known
    const number = this.#stored(part)
    this.#byObject.set(part, number)
    return number
  }

  #stored(part: Part): number {
    const text = JSON.stringify(part)
    const known = this.#byText.get(text)
    if (known !== undefined) return known
    this.#byText.set(text, this.#parts.length)
    return this.#parts.push(part) - 1
  }
}
