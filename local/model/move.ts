/** The scripted conductor's reaction to one message: a reply and commands. */
import type { Finding } from '../../src/contract/review.ts'

export interface Verdict {
  readonly type: 'REVIEW_WORKER'
  readonly workerId: string
  readonly verdict: 'accept' | 'revise' | 'give_up' | 'suspicious'
  readonly criteria: readonly Finding[]
  readonly instructions?: string
}

type Command =
  | Readonly<Record<string, unknown>>
  | { type: 'SPAWN_WORKER'; task: string; criteria: readonly string[] }
  | Verdict

export type Move = { reply: string | null; commands: Command[] }

export const noMove: Move = { reply: null, commands: [] }
