/** The progress of an execution: what a redrive needs to resume at the state that did not finish. */
import * as z from 'zod'
import { type Json, json } from './json.ts'

export type Variables = Readonly<Record<string, Json>>

const position = z.object({
  state: z.string(),
  input: json,
  /** The block's own variables when the state was entered. */
  variables: z.record(z.string(), json),
})

/** One step of a path through a States block. It is stored with the history event of that step. */
export const stepInto = z.object({
  /** Identifies the block: the index of the iteration or branch at each level; empty for the machine's own. */
  path: z.array(z.number()),
  /** The next state. */
  move: position.optional(),
  /** The event records that this state was entered. */
  entered: z.literal(true).optional(),
  /** The state runs this many blocks: a Map's items, or one input for each Parallel branch. */
  fanOut: z.array(json).optional(),
  /** The block has finished with this output. */
  end: z.object({ output: json }).optional(),
  /** The state's blocks have to run again: a redrive runs all of them. */
  void: z.literal(true).optional(),
})

export type Position = z.infer<typeof position>
export type Step = z.infer<typeof stepInto>

/** The progress of one block, and of the blocks that its current state runs. */
export interface Progress {
  readonly path: readonly number[]
  position?: Position
  /** When the current state was entered: its event, and milliseconds since the epoch. */
  entered?: { eventId: number; at: number }
  items?: Json[]
  end?: { output: Json }
  parts: Map<number, Progress>
}

export const noProgress = (path: readonly number[] = []): Progress => ({ path, parts: new Map() })

/** Returns the progress of the `index`th block that the current state runs. */
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

/** Applies a step to the progress of the whole execution. */
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
