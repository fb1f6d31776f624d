/** The measured messages: one that the conductor answers alone, one with a worker, one with eight workers. */
import type { Entry } from '../../src/core/history.ts'
import { block, replies, reviewsOf } from '../../test/support/baton.ts'
import type { MESSAGE_MARKS } from '../marks.ts'

export interface Scenario {
  readonly name: keyof typeof MESSAGE_MARKS
  readonly content: string
  /** Whether a history shows that this many such messages were handled correctly. */
  readonly done: (entries: readonly Entry[], times: number) => boolean
}

const accepted = (entries: readonly Entry[]) => reviewsOf(entries, 'accept').length

export const SCENARIOS: readonly [Scenario, ...Scenario[]] = [
  {
    name: 'no worker',
    content: 'What can you do?',
    done: (entries, times) => replies(entries).length === times,
  },
  {
    name: 'one worker, one review',
    content: block('echo done'),
    done: (entries, times) => accepted(entries) === times,
  },
  {
    name: 'eight workers',
    content: Array.from({ length: 8 }, (_, i) => block(`echo number ${i}`)).join('\n'),
    done: (entries, times) => accepted(entries) === 8 * times,
  },
]
