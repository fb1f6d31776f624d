/** The values that one part of the world has had, each stored once, with a letter for it. */
import type { Parts } from './world.ts'

type Part = Parts[keyof Parts]

/** Equal values have equal letters; a letter can be turned back into its value. */
export class Alphabet {
  readonly #values: Part[] = []
  readonly #byValue = new Map<Part, number>()
  readonly #byText = new Map<string, number>()

  value(letter: number): Part | undefined {
    return this.#values[letter]
  }

  letter(value: Part): number {
    return this.#byValue.get(value) ?? this.#letterOf(value, JSON.stringify(value))
  }

  #letterOf(value: Part, text: string): number {
    const known = this.#byText.get(text)
    if (known !== undefined) return known
    const letter = this.#values.push(value) - 1
    this.#byValue.set(value, letter)
    this.#byText.set(text, letter)
    return letter
  }
}
