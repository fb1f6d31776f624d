/** The shape in which every atomic action answers: the item as it is to be written, and what the caller goes on with. */

export interface Transition<Item, Answer> {
  /** The same object as was given: nothing to write. */
  readonly item: Item
  readonly answer: Answer
}

export const step = <Item, Answer>(item: Item, answer: Answer): Transition<Item, Answer> => ({
  item,
  answer,
})
