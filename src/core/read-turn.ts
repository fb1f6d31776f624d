/** Reads a conductor's result. The outcome is a turn to accept, or the reason to ask again. */

import { readText } from '../commands/text-grammar.ts'
import { parseStructured, type TurnReply } from '../commands/turn-reply.ts'
import type { Result } from '../contract/runner.ts'
import { clause } from './clause.ts'
import { withoutAddresses } from './failure-text.ts'
import { adviceOn, isTooLong, type ModelTrouble, whatHappened } from './model-trouble.ts'
import type { Turn, Unusable } from './session.ts'

export type Reading =
  | { readonly accept: TurnReply; readonly silent: boolean }
  | { readonly askAgain: Unusable }

/**
 * `input` is the text of the turn's messages. Without structured output the conductor is asked once more, then its plain
 * text is read. If a person gets neither a reply nor work, the conductor is asked once more, then the turn is accepted as
 * `silent`. `modelTrouble` is what kept the model from answering the job.
 */
export function readTurnReply(
  result: Result,
  { again, messages }: Pick<Turn, 'again' | 'messages'>,
  input: string,
  modelTrouble?: ModelTrouble,
): Reading {
  if (result.outcome !== 'done') return { askAgain: whyFailed(result, modelTrouble) }
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

/** Returns a notice of what the conductor did not remember, or will not remember; undefined if it remembers all. */
export function forgotText({ memoryLost, transcriptProblem }: Result): string | undefined {
  const lines = [
    ...(memoryLost
      ? [
          'The conductor did not remember this conversation, because its transcript no longer exists. It was given the latest part of the history again.',
        ]
      : []),
    ...(transcriptProblem === undefined
      ? []
      : [
          `The conductor will not remember its last turn (${clause(withoutAddresses(transcriptProblem))}). It is given this part of the history again with its next turn.`,
        ]),
  ]
  return lines.length > 0 ? lines.join(' ') : undefined
}

/**
 * If the model does not answer, asking again would only repeat the attempts that were made for this job. At a budget the
 * run pauses instead.
 */
function whyFailed({ outcome, error }: Result, modelTrouble: ModelTrouble | undefined): Unusable {
  const trouble =
    modelTrouble ?? (isTooLong(error ?? '') ? ({ kind: 'length' } as const) : undefined)
  if (trouble?.kind === 'budget') return { trouble: whatHappened(trouble) }
  if (trouble) return { trouble: whatHappened(trouble), advice: adviceOn(trouble) }
  return { trouble: withoutAddresses(error ?? `the conductor's turn ended with ${outcome}`) }
}

/** Returns whether the result is read by its structured output, not by its text. */
export const isStructured = ({ structured }: Result): boolean =>
  parseStructured(structured) !== undefined

/** Reads a result that was accepted before, for its commands and its history entry. */
export function acceptedTurnReply(result: Result, input: string): TurnReply {
  return parseStructured(result.structured) ?? readText(result.allText, input)
}
