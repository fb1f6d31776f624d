/** Runs `act` on every item in order, with at most `atOnce` running concurrently. */
export async function mapLimit<Item>(
  items: readonly Item[],
  atOnce: number,
  act: (item: Item, i: number) => Promise<void>,
): Promise<void> {
  const queue = [...items.entries()]
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await act(next[1], next[0])
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}
