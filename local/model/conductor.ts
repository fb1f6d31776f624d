/** The scripted conductor: gives shell blocks and files to workers, and accepts a report that shows exit status 0. */
import { fieldsOf } from '../../src/commands/text-grammar.ts'
import { readMarks, taskFor, understand } from './assignment.ts'
import type { Conversation } from './conversation.ts'
import { type Frame, PERHAPS_QUOTED, splitFences } from './framing.ts'
import type { Block } from './messages-api.ts'
import { type Move, noMove } from './move.ts'
import { CRITERIA, review } from './review.ts'

const CAPABILITIES =
  'I am a scripted model, not Claude: I follow a few fixed rules. Write one or more fenced `sh` blocks, and a worker of its own runs each of them; ' +
  'write "Create a file at PATH with the text TEXT", in quotes if it has several sentences; or write "@ask Shall it be blue? | yes, no", and I ask you that. `@fail-once`, `@hang` or `@crash` in the message make the workers misbehave in that way.'

/** Baton's lines about an SMS or an email, before its text. */
const HEAD = /^From: [^\n]*\n(?:[^\n]+\n)*\n/

/** Replies to a turn. `tool` is the name of the tool for structured output. */
export type Conductor = (conversation: Conversation, tool: string) => Block[]

/** Turns all messages of the prompt, in order, into one call of the structured-output tool. */
export const conduct: Conductor = ({ prompt, calls, before }, tool) => {
  const refused = calls.at(-1)?.result
  // Repeating the call would be refused again. With text, Claude Code ends the turn without structured output.
  if (refused) return [{ type: 'text', text: `My reply was refused: ${refused.text}` }]
  const moves = prompt.map((frame, i) =>
    isAnswer(prompt[i - 1], frame)
      ? noMove
      : moveOn(withVerification(frame, prompt[i + 1]), prompt.slice(i + 1), before.calls),
  )
  if (prompt.length === 0) moves.push({ reply: CAPABILITIES, commands: [] })
  const replies = moves.flatMap(({ reply }) => reply ?? [])
  const input = {
    reply: replies.length === 0 ? null : replies.join('\n\n'),
    commands: moves.flatMap(({ commands }) => commands),
  }
  return [{ type: 'tool_use', name: tool, input }]
}

/** A report is judged together with its verification, which Baton frames below it. */
const withVerification = (frame: Frame, below: Frame | undefined): Frame =>
  frame.kind === 'WORKER' && below?.kind === 'VERIFICATION'
    ? { ...frame, content: `${frame.content}\n\n${below.content}` }
    : frame

/** Returns whether the message only answers the question above it. */
const isAnswer = (above: Frame | undefined, { content }: Frame) =>
  above?.kind === 'ANSWER' && !asksForWork(content)

const asksForWork = (message: string) =>
  understand(message).assignments.length > 0 || ASK.test(message)

/** Returns whether the person's own words below a question ask for work instead of answering it. */
function isUnanswered({ content }: Frame, below: readonly Frame[]): boolean {
  const message = below.find(({ kind }) => kind !== 'ANSWER' && kind !== 'QUESTION')
  return (
    /^The message below/m.test(content) && message !== undefined && asksForWork(message.content)
  )
}

function moveOn(frame: Frame, below: readonly Frame[], earlier: Conversation['calls']): Move {
  switch (frame.kind) {
    case 'USER':
    case 'SMS':
    case 'EMAIL':
      return handOut(frame.content)
    case PERHAPS_QUOTED:
    case 'QUESTION':
    case 'VERIFICATION':
      return noMove
    case 'ANSWER':
      return isUnanswered(frame, below)
        ? { reply: null, commands: [{ type: 'KEEP_QUESTION', questionId: frame.workerId }] }
        : { reply: answerText(frame), commands: [] }
    case 'WORKER':
      return review(frame.workerId ?? '', frame.content, earlier)
    default:
      return handleNotice(frame.content)
  }
}

/** `@ask Shall it be blue? | yes, no | no`: a question, its choices, its default. */
const ASK = /^@ask\s+(?<argument>\S.*)$/m

const answerText = ({ workerId: id, content }: Frame) => {
  const choice = /^(?:The person has chosen|.* The default counts): (?<choice>.*)$/m.exec(content)
  return `I have the answer to ${id}${choice ? `: ${choice.groups?.choice}` : ''}.`
}

function handOut(message: string): Move {
  const asked = ASK.exec(message)?.groups?.argument
  if (asked !== undefined) return { reply: null, commands: [fieldsOf('ASK_PERSON', asked)] }
  const { assignments } = understand(message)
  const { leftOut } = understand(message.replace(HEAD, ''))
  if (assignments.length === 0) return { reply: CAPABILITIES, commands: [] }
  const marks = readMarks(message)
  const taken =
    assignments.length === 1
      ? 'A worker is on it; I will report the result.'
      : `${assignments.length} workers are on it, one for each block or file; I will report the results.`
  const notTaken = `I am a scripted model; I did not understand, and leave out: ${leftOut.join('; ')}.`
  return {
    reply: leftOut.length === 0 ? taken : `${taken}\n\n${notTaken}`,
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
