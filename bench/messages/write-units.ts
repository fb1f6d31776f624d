/** The write units of an item's change: those of the table, and of every index that contains it. */
import { type Item, itemBytes } from './item-size.ts'

/** A secondary index: its key attributes, and the others it contains; all, if `attributes` is missing. */
export interface Index {
  readonly keys: readonly string[]
  readonly attributes?: readonly string[]
}

const UNIT_BYTES = 1024

const unitsOf = (item: Item) => Math.max(1, Math.ceil(itemBytes(item) / UNIT_BYTES))

/** `undefined` is a missing item. A refused write costs as much as if it had succeeded. */
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

/** An index does not contain an item without its key attributes. */
function entryOf(item: Item | undefined, { keys, attributes }: Index): Item | undefined {
  if (!item || !keys.every((key) => key in item)) return undefined
  if (!attributes) return item
  const projected = [...keys, ...attributes].filter((name) => name in item)
  return Object.fromEntries(projected.map((name) => [name, item[name] ?? {}]))
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
