/** The result of every atomic action: the item to write, and the output for the caller. */

export interface Transition<Item, Output> {
  /** The unchanged input object if there is nothing to write. */
  readonly item: Item
  readonly output: Output
}

export const transition = <Item, Output>(item: Item, output: Output): Transition<Item, Output> => ({
  item,
  output,
})

/** The action changes nothing: returns the given item and the output for the caller. */
export const unchanged = <Item, Output>(item: Item, output: Output): Transition<Item, Output> => ({
  item,
  output,
})
