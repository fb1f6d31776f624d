/** What is shown instead of something that is not there (yet). */
import type { Polled } from '../api/poll.ts'

/** What went wrong, if anything. */
export const Problem = ({ text }: { text: string | undefined }) =>
  text === undefined ? null : (
    <p class="problem" role="alert">
      {text}
    </p>
  )

/** Nothing if there is a value. */
export function Pending({ of: { value, error } }: { of: Polled<unknown> }) {
  if (value.value !== undefined) return null
  return error.value ? <Problem text={error.value.message} /> : <p class="quiet">Loading …</p>
}
