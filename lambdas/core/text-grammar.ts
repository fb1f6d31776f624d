/** The conductor's commands in plain text, for a turn that came without structured output: one command a line. */
import { type Answer, type CommandType, checkCommand } from './command.ts'

const KEYWORDS = [
  'SPAWN_WORKER',
  'MESSAGE_WORKER',
  'KILL_WORKER',
  'SEND_EMAIL',
  'SEND_SMS',
  'DELIVER_FILE',
  'LIST_WORKERS',
] as const satisfies readonly CommandType[]

/** A bullet or number, emphasis or backticks, the keyword, a colon inside or outside the emphasis, the rest. */
const COMMAND = new RegExp(
  String.raw`^\s*(?:[-*+]\s+|\d+[.)]\s+)?[*_\`]*(${KEYWORDS.join('|')})[*_\`]*(?::[*_\`]*\s*(.*)|\s*)$`,
)
const FENCE = /^\s*(`{3,}|~{3,})/

/**
 * Reads commands and the prose around them, which is the reply. A line is no command inside a fenced block or a block
 * quote, nor when it stands word for word in `input`, the text that this turn answers. A command goes on over the
 * following lines until the next command, a blank line, a fence or a quote.
 */
export function readText(text: string, input: string): Answer {
  const prose: string[] = []
  const found: { type: CommandType; argument: string[] }[] = []
  let open: string[] | undefined
  for (const { line, plain } of mayCommand(text, input)) {
    const match = plain ? COMMAND.exec(line) : null
    const type = KEYWORDS.find((keyword) => keyword === match?.[1])
    if (type) {
      open = [match?.[2] ?? '']
      found.push({ type, argument: open })
      continue
    }
    if (!plain || !line.trim()) open = undefined
    ;(open ?? prose).push(line)
  }
  const reply = prose.join('\n').trim()
  return {
    reply: reply || null,
    commands: found.map(({ type, argument }, i) =>
      checkCommand(fields(type, argument.join('\n')), i),
    ),
  }
}

/** Each line, and whether it may be a command or belong to one. */
function* mayCommand(text: string, input: string): Generator<{ line: string; plain: boolean }> {
  const quoted = new Set(input.split('\n').map(bare))
  let fence: string | undefined
  for (const line of text.split('\n')) {
    const mark = FENCE.exec(line)?.[1]
    const outside = fence === undefined && mark === undefined
    yield { line, plain: outside && !/^\s*>/.test(line) && !quoted.has(bare(line)) }
    if (mark && fence === undefined) fence = mark
    else if (mark && closes(mark, fence)) fence = undefined
  }
}

/** A line as it is compared with the input: without the frame that markdown may put around it. */
const bare = (line: string) => line.replace(/^[\s>*+\-_`\d.)]*|[\s*_`]*$/g, '') || '\0'

const closes = (mark: string, fence = '') => mark[0] === fence[0] && mark.length >= fence.length

const trimmed = (value: string | undefined) => value?.trim().replace(/[*_`]+$/, '')

function fields(type: CommandType, argument: string): Record<string, unknown> {
  const [first, second, ...rest] = argument.split('|').map((part) => part.trim())
  const after = (count: number) => argument.split('|').slice(count).join('|').trim() || undefined
  switch (type) {
    case 'SPAWN_WORKER':
      return { type, task: argument.trim() }
    case 'MESSAGE_WORKER':
      return { type, workerId: trimmed(first), instructions: after(1) }
    case 'KILL_WORKER':
      return { type, workerId: trimmed(first), ...(second && { reason: after(1) }) }
    case 'SEND_EMAIL':
      return { type, to: first, subject: second, body: after(2) }
    case 'SEND_SMS':
      return { type, to: first, message: after(1) }
    case 'DELIVER_FILE':
      return {
        type,
        to: first,
        paths: second?.split(',').map((path) => path.trim()),
        ...(rest[0] && { subject: rest[0] }),
        ...(after(3) && { message: after(3) }),
      }
    case 'LIST_WORKERS':
      return { type }
    default:
      return type satisfies never
  }
}
