/** What a conductor's turn and a worker's leg begin with. */
import { type Framed, framePrompt } from './framing.ts'
import { type Body, headerOf, shownText } from './message.ts'
import type { AskAgain } from './session.ts'
import type { Leg, Worker } from './worker.ts'

const ASK_AGAIN: Record<AskAgain, string> = {
  structure:
    'You were asked this before and gave no structured answer. Answer now with the structured output: a reply, commands, or both.',
  silence:
    'You were asked this before and gave neither a reply nor a command. A person is waiting: answer now, if only to say what you need.',
}

/** The messages of a turn, oldest first. */
export function turnPrompt(messages: readonly Body[], again?: AskAgain): string {
  const introduction =
    'These messages are new, oldest first. A header says where each is from; what stands between its fences is what was said.'
  return framePrompt(
    again ? `${introduction}\n${ASK_AGAIN[again]}` : introduction,
    messages.map((message) => ({ header: headerOf(message), text: shownText(message) })),
  )
}

/** A worker's first task with its criteria, or later instructions; all of it when its sandbox was lost with its memory. */
export function legPrompt({ task, criteria, transcript }: Worker, { instructions }: Leg): string {
  const frames: Framed[] = [{ header: 'TASK', text: task }]
  if (criteria.length > 0)
    frames.push({ header: 'CRITERIA', text: criteria.map((line) => `- ${line}`).join('\n') })
  if (instructions === undefined)
    return framePrompt('This is your task from the conductor.', frames)
  const further = { header: 'INSTRUCTIONS', text: instructions }
  return transcript === undefined
    ? framePrompt(
        'This is your task from the conductor. An earlier attempt was lost without a trace; its latest instructions come last.',
        [...frames, further],
      )
    : framePrompt('The conductor has read your report and sends you on.', [further])
}
