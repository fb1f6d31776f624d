/** Holds a response of the scripted model, so that a test decides when a turn or a worker continues. */
import type { Model } from '../../local/model/server.ts'

export interface HeldAnswer {
  /** Resolves once the model was asked. */
  readonly asked: Promise<void>
  /** Lets the model respond. */
  release(): void
}

/** Holds the next response to a turn or a worker whose prompt, or the output of its tools, contains these words. */
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
