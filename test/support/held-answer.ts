/** Holds an answer of the scripted model, so that a test decides when a turn or a worker goes on. */
import type { Model } from '../../local/model/server.ts'

export interface HeldAnswer {
  /** Settles once the model was asked. */
  readonly asked: Promise<void>
  /** Lets it answer. */
  release(): void
}

/** The next answer to a turn, or a worker, that was told these words; what a tool has printed counts as told. */
export function holdAnswer(model: Model | undefined, about: string): HeldAnswer {
  const asked = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const hold = () => {
    asked.resolve()
    return released.promise
  }
  model?.faults.push({ about, hold })
  return { asked: asked.promise, release: released.resolve }
}
