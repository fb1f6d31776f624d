/** The scripted conductor: gives shell blocks and files to workers, and accepts a report that shows exit status 0. */
import { readAssignments, readMarks, taskFor } from './assignment.ts'
import type { Conversation } from './conversation.ts'
import { type Frame, splitFences } from './framing.ts'
import type { Block } from './messages-api.ts'
import { type Move, noMove } from './move.ts'
import { review } from './review.ts'

const CAPABILITIES =
  'I am a scripted model, not Claude: I follow a few fixed rules. Write one or more fenced `sh` blocks, and a worker of its own runs each of them; ' +
  'or write "Create a file at PATH with the text TEXT". `@fail-once`, `@hang` or `@crash` in the message make the workers misbehave in that way.'

const CRITERIA = ['The report shows exit status 0.', 'The report quotes the output word for word.']

/** Replies to a turn. `tool` is the name of the tool for structured output. */
export type Conductor = (conversation: Conversation, tool: string) => Block[]

/** Turns all messages of the prompt, in order, into one call of the structured-output tool. */
export const conduct: Conductor = ({ prompt, calls, before }, tool) => {
  const refused = calls.at(-1)?.result
  // Repeating the call would be refused again. With text, Claude Code ends the turn without structured output.
  if (refused) return [{ type: 'text', text: `My reply was refused: ${refused.text}` }]
  const moves = prompt.map((frame) => moveOn(frame, before.calls))
  if (prompt.length === 0) moves.push({ reply: CAPABILITIES, commands: [] })
  const replies = moves.flatMap(({ reply }) => reply ?? [])
  const input = {
    reply: replies.length === 0 ? null : replies.join('\n\n'),
    commands: moves.flatMap(({ commands }) => commands),
  }
  return [{ type: 'tool_use', name: tool, input }]
}

function moveOn(frame: Frame, earlier: Conversation['calls']): Move {
  switch (frame.kind) {
    case 'USER':
    case 'SMS':
    case 'EMAIL':
      return handOut(frame.content)
    case 'WORKER':
      return review(frame.workerId ?? '', frame.content, earlier)
    default:
      return handleNotice(frame.content)
  }
}

function handOut(message: string): Move {
  const assignments = readAssignments(message)
  if (assignments.length === 0) return { reply: CAPABILITIES, commands: [] }
  const marks = readMarks(message)
  return {
    reply:
      assignments.length === 1
        ? 'A worker is on it; I will report the result.'
        : `${assignments.length} workers are on it, one for each block; I will report the results.`,
    commands: assignments.map((assignment) => ({
      type: 'SPAWN_WORKER',
      task: taskFor(assignment, marks),
      criteria: CRITERIA,
    })),
  }
}

/** Repeats a notice only if it says that something went wrong. It never requests more work, so nothing can loop. */
function handleNotice(notice: string): Move {
  const { prose } = splitFences(notice)
  const bad = /\b(fail(ed|ure)?|could not|cannot|refused|not (done|executed|sent|started))\b/i.test(
    prose,
  )
  return bad ? { reply: `I was told: ${notice.trim()}`, commands: [] } : noMove
}
