/** How far an execution has come: what a redrive needs to go on at the state that did not end. */
import * as z from 'zod'
import { type Json, json } from './json.ts'

export type Variables = Readonly<Record<string, Json>>

const position = z.object({
  state: z.string(),
  input: json,
  /** The block's own variables as the state is entered. */
  variables: z.record(z.string(), json),
})

/**
 * One step of a path through a States block. It is kept together with the history event that tells
 * of it.
 */
export const stepInto = z.object({
  /**
   * Which block: the index of the iteration or branch at each level; empty for the machine's own.
   */
  path: z.array(z.number()),
  /** The state to enter next. */
  move: position.optional(),
  /** The event is the entering of that state. */
  entered: z.literal(true).optional(),
  /** The state runs this many blocks: a Map's items, or one input a Parallel branch. */
  fanOut: z.array(json).optional(),
  /** The block has ended with this output. */
  end: z.object({ output: json }).optional(),
  /** What the state's blocks have done is void: a redrive runs all of them. */
  void: z.literal(true).optional(),
})

export type Position = z.infer<typeof position>
export type Step = z.infer<typeof stepInto>

/** The progress of one block and of the blocks that its current state runs. */
export interface Progress {
  readonly path: readonly number[]
  position?: Position
  /** When the current state was entered: its event and the milliseconds since the epoch. */
  entered?: { eventId: number; at: number }
  items?: Json[]
  end?: { output: Json }
  parts: Map<number, Progress>
}

export const noProgress = (path: readonly number[] = []): Progress => ({ path, parts: new Map() })

/** The progress of the `index`th block that the current state runs. */
export function partOf(progress: Progress, index: number): Progress {
  const known = progress.parts.get(index)
  if (known !== undefined) return known
  const part = noProgress([...progress.path, index])
  progress.parts.set(index, part)
  return part
}

function forgetParts(progress: Progress): void {
  delete progress.items
  progress.parts = new Map()
}

/** Takes a step over into the progress of the whole execution. */
export function apply(root: Progress, taken: Step, event: { id: number; at: number }): void {
  const progress = taken.path.reduce(partOf, root)
  if (taken.move !== undefined) {
    forgetParts(progress)
    delete progress.entered
    progress.position = taken.move
  }
  if (taken.entered) progress.entered = { eventId: event.id, at: event.at }
  if (taken.fanOut !== undefined) {
    forgetParts(progress)
    progress.items = taken.fanOut
  }
  if (taken.void) forgetParts(progress)
  if (taken.end !== undefined) {
    forgetParts(progress)
    progress.end = taken.end
  }
}
