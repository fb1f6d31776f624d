/** The write units that a change of an item takes: the table's own, and those of every index in which it shows. */
import { type Item, itemBytes } from './item-size.ts'

/** A secondary index: what names an entry, and what else it holds; everything, if `attributes` is missing. */
export interface Index {
  readonly keys: readonly string[]
  readonly attributes?: readonly string[]
}

const UNIT_BYTES = 1024

const unitsOf = (item: Item) => Math.max(1, Math.ceil(itemBytes(item) / UNIT_BYTES))

/** `undefined` is an item that is not there. A refused write takes what it would have taken. */
export function writeUnits(
  before: Item | undefined,
  after: Item | undefined,
  indexes: readonly Index[],
): number {
  const own = Math.max(unitsOf(before ?? {}), unitsOf(after ?? {}))
  return indexes.reduce((total, index) => total + indexUnits(before, after, index), own)
}

function indexUnits(before: Item | undefined, after: Item | undefined, index: Index): number {
  const [old, young] = [entryOf(before, index), entryOf(after, index)]
  if (!old || !young) return old || young ? unitsOf(old ?? young ?? {}) : 0
  if (same(old, young)) return 0
  // An entry with another key is a new one, and the old one is deleted.
  const moved = index.keys.some((key) => !same(old[key], young[key]))
  return moved ? unitsOf(old) + unitsOf(young) : Math.max(unitsOf(old), unitsOf(young))
}

/** An item without the keys of an index does not show in it. */
function entryOf(item: Item | undefined, { keys, attributes }: Index): Item | undefined {
  if (!item || !keys.every((key) => key in item)) return undefined
  if (!attributes) return item
  const projected = [...keys, ...attributes].filter((name) => name in item)
  return Object.fromEntries(projected.map((name) => [name, item[name] ?? {}]))
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
