/** Reads a conductor's result. The outcome is a turn to accept, or the reason to ask again. */

import { readText } from '../commands/text-grammar.ts'
import { parseStructured, type TurnReply } from '../commands/turn-reply.ts'
import type { Result } from '../contract/runner.ts'
import type { AskAgain, Turn } from './session.ts'

export type Reading =
  | { readonly accept: TurnReply; readonly silent: boolean }
  | { readonly askAgain: { readonly again?: AskAgain; readonly trouble: string } }

/**
 * `input` is the text of the turn's messages. Without structured output the conductor is asked once more, then its plain
 * text is read. If a person gets neither a reply nor work, the conductor is asked once more, then the turn is accepted as
 * `silent`.
 */
export function readTurnReply(
  result: Result,
  { again, messages }: Pick<Turn, 'again' | 'messages'>,
  input: string,
): Reading {
  if (result.outcome !== 'done')
    return {
      askAgain: { trouble: result.error ?? `the conductor's turn ended with ${result.outcome}` },
    }
  const structured = parseStructured(result.structured)
  if (!structured && again === undefined)
    return { askAgain: { again: 'structure', trouble: 'the conductor gave no structured output' } }
  const accept = structured ?? readText(result.allText, input)
  const silent =
    accept.reply === null &&
    accept.commands.length === 0 &&
    messages.some(({ from }) => from === 'person')
  if (silent && again !== 'silence')
    return { askAgain: { again: 'silence', trouble: 'the conductor gave no answer' } }
  return { accept, silent }
}

/** Reads a result that was accepted before, for its commands and its history entry. */
export function acceptedTurnReply(result: Result, input: string): TurnReply {
  return parseStructured(result.structured) ?? readText(result.allText, input)
}
