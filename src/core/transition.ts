/** What every atomic action returns: the item to write, and what the caller goes on with. */

export interface Transition<Item, Output> {
  /** The same object as was given if there is nothing to write. */
  readonly item: Item
  readonly output: Output
}

export const transition = <Item, Output>(item: Item, output: Output): Transition<Item, Output> => ({
  item,
  output,
})

/** The action changes nothing: the item that was given, and what the caller goes on with. */
export const unchanged = <Item, Output>(item: Item, output: Output): Transition<Item, Output> => ({
  item,
  output,
})
