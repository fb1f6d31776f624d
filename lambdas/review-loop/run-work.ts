/** What an invocation that drives a run knows beside the session. */
import type { StoredTexts } from '../../src/adapters/bodies.ts'

export interface RunWork {
  readonly run: number
  /** The bodies and results that were read. */
  readonly texts: StoredTexts
  /** The numbers of the entries that were written and that the item may still hold. */
  readonly entries: Set<number>
  /** Old ids that were marked on their messages' bodies. */
  readonly marked: ReadonlySet<string>
}
