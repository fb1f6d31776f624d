/** The edges of a tree whose nodes are numbered: a hash table with open addressing, one cache line for each lookup. */

const FIELDS = 3

export class Edges {
  /** Node, letter and child of each edge, at its hash or behind it. No child has the number 0, so 0 is free. Half full at most. */
  #table = new Int32Array(1024 * FIELDS)
  #size = 0

  /** Returns the child of a node by a letter. A new one gets the next number, from 1 on. */
  child(node: number, letter: number): number {
    const slot = this.#slotOf(node, letter)
    const known = this.#table[slot + 2] ?? 0
    if (known > 0) return known
    this.#table[slot] = node
    this.#table[slot + 1] = letter
    this.#table[slot + 2] = ++this.#size
    const child = this.#size
    if (this.#size * FIELDS * 2 >= this.#table.length) this.#grow()
    return child
  }

  /** Returns where the edge is, or where to put it. */
  #slotOf(node: number, letter: number): number {
    const table = this.#table
    const mask = table.length / FIELDS - 1
    let hash = Math.imul(node, 0x9e3779b1) ^ Math.imul(letter, 0x85ebca6b)
    hash ^= hash >>> 15
    for (let slot = (hash & mask) * FIELDS; ; slot = slot === mask * FIELDS ? 0 : slot + FIELDS)
      if (table[slot + 2] === 0 || (table[slot] === node && table[slot + 1] === letter)) return slot
  }

  #grow(): void {
    const old = this.#table
    this.#table = new Int32Array(old.length * 2)
    for (let i = 0; i < old.length; i += FIELDS) {
      if (old[i + 2] === 0) continue
      this.#table.set(old.subarray(i, i + FIELDS), this.#slotOf(old[i] ?? 0, old[i + 1] ?? 0))
    }
  }
}
