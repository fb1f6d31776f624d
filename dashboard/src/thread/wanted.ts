/** Which file is shown, if any. */
import { signal } from '@preact/signals'

export interface Wanted {
  readonly sessionId: string
  readonly workerId: string
  readonly name: string
  /** The line that the address names, from 1. */
  readonly line?: number | undefined
}

export const wanted = signal<Wanted | undefined>(undefined)

export const openPreview = (artifact: Wanted) => {
  wanted.value = artifact
}
