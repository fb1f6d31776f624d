/** Builds the prompts that start a conductor's turn and a worker's leg. */
import { type Framed, framePrompt } from './framing.ts'
import { type Body, headerOf, shownText } from './message.ts'
import type { AskAgain } from './session.ts'
import type { Leg, Worker } from './worker.ts'

const ASK_AGAIN: Record<AskAgain, string> = {
  structure:
    'You were asked this before and gave no structured output. Answer now with the structured output: a reply, commands, or both.',
  silence:
    'You were asked this before and gave neither a reply nor a command. A person is waiting. Answer now, even if only to say what you need.',
}

/** Builds a turn's prompt from its messages, oldest first. */
export function turnPrompt(messages: readonly Body[], again?: AskAgain): string {
  const introduction =
    'These messages are new, oldest first. The header says where each message comes from; its content stands between the fences.'
  return framePrompt(
    again ? `${introduction}\n${ASK_AGAIN[again]}` : introduction,
    messages.map((message) => ({ header: headerOf(message), text: shownText(message) })),
  )
}

/**
 * Builds a leg's prompt: the task and criteria first, only the instructions later, or everything if the sandbox and its
 * memory were lost.
 */
export function legPrompt({ task, criteria, transcript }: Worker, { instructions }: Leg): string {
  const frames: Framed[] = [{ header: 'TASK', text: task }]
  if (criteria.length > 0)
    frames.push({ header: 'CRITERIA', text: criteria.map((line) => `- ${line}`).join('\n') })
  if (instructions === undefined)
    return framePrompt('This is your task from the conductor.', frames)
  const further = { header: 'INSTRUCTIONS', text: instructions }
  return transcript === undefined
    ? framePrompt(
        'This is your task from the conductor. An earlier attempt was lost completely. The latest instructions come last.',
        [...frames, further],
      )
    : framePrompt('The conductor has read your report and has further instructions.', [further])
}
