/** A list that forgets its oldest elements, so that a server that runs for long does not fill the memory. */

/**
 * Returns a function that appends to `list`, and then removes its oldest elements while their sizes exceed `most`. The
 * appended one always stays.
 */
export function keepLatest<T>(list: T[], most: number, sizeOf: (item: T) => number) {
  const sizes: number[] = []
  let total = 0
  return (item: T): void => {
    list.push(item)
    const size = sizeOf(item)
    sizes.push(size)
    total += size
    while (total > most && sizes.length > 1) {
      list.shift()
      total -= sizes.shift() ?? 0
    }
  }
}
