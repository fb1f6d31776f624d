/** Which reports of a worker are verified. */
import type { VerifyMode } from '../contract/review.ts'

export interface VerifyPolicy {
  readonly mode: VerifyMode
  /** The operator's default is for work that produces files only. */
  readonly onlyWithArtifacts?: true
}
