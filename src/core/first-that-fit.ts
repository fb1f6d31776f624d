/**
 * Returns the first items whose sizes add up to no more than `bytes`, and no more than `count` of them. The first item is
 * always among them.
 */
export function firstThatFit<Item>(
  items: readonly Item[],
  sizeOf: (item: Item) => number,
  { bytes, count = Number.POSITIVE_INFINITY }: { readonly bytes: number; readonly count?: number },
): readonly Item[] {
  let sum = 0
  const over = items.findIndex((item, i) => {
    sum += sizeOf(item)
    return i > 0 && (i >= count || sum > bytes)
  })
  return over < 0 ? items : items.slice(0, over)
}
