/** A set of words of equal length, numbered in order of arrival: a hash table with open addressing. */

/** A sequence of numbers from 0 on, its letters. */
export type Word = Int32Array

export class Words {
  readonly #length: number
  /** All words, one after the other. */
  #letters: Int32Array
  /** Each word's number plus one, at its hash or behind it; 0 if free. At most half full. */
  #slots = new Int32Array(1024)
  #size = 0

  constructor(length: number) {
    this.#length = length
    this.#letters = new Int32Array((length * this.#slots.length) / 2)
  }

  get size(): number {
    return this.#size
  }

  /** Returns the word's number. A new word is added; its number is the size before. */
  add(word: Word): number {
    const slot = this.#slotOf(word, 0)
    const taken = this.#slots[slot] ?? 0
    if (taken > 0) return taken - 1
    this.#letters.set(word, this.#size * this.#length)
    this.#slots[slot] = ++this.#size
    if (this.#size * 2 === this.#slots.length) this.#grow()
    return this.#size - 1
  }

  /** Writes the word of this number `into` another. */
  read(number: number, into: Word): void {
    const start = number * this.#length
    for (let i = 0; i < this.#length; i++) into[i] = this.#letters[start + i] ?? 0
  }

  /** Returns the slot of the word at `start` of `letters`, or where to put it. */
  #slotOf(letters: Int32Array, start: number): number {
    const mask = this.#slots.length - 1
    let slot = this.#hash(letters, start) & mask
    for (let taken = this.#slots[slot]; taken; taken = this.#slots[slot]) {
      if (this.#equals(taken - 1, letters, start)) break
      slot = (slot + 1) & mask
    }
    return slot
  }

  #equals(number: number, letters: Int32Array, start: number): boolean {
    const own = number * this.#length
    for (let i = 0; i < this.#length; i++)
      if (this.#letters[own + i] !== letters[start + i]) return false
    return true
  }

  #hash(letters: Int32Array, start: number): number {
    let hash = 0
    for (let i = 0; i < this.#length; i++)
      hash = Math.imul(hash ^ (letters[start + i] ?? 0), 0x9e3779b1) ^ (hash >>> 15)
    return hash ^ (hash >>> 16)
  }

  #grow(): void {
    const letters = this.#letters
    this.#letters = new Int32Array(letters.length * 2)
    this.#letters.set(letters)
    this.#slots = new Int32Array(this.#slots.length * 2)
    for (let number = 0; number < this.#size; number++)
      this.#slots[this.#slotOf(letters, number * this.#length)] = number + 1
  }
}
