/** Parses the conductor's commands from plain text, one a line, for a turn without structured output. */
import type { TextArgument } from './define.ts'
import { COMMAND_TYPES, type CommandType, rowOf } from './index.ts'
import { type LineKind, markdownLines } from './markdown-lines.ts'
import { checkCommands, type TurnReply } from './turn-reply.ts'

/** A bullet or number, emphasis or backticks, the keyword, a colon inside or outside the emphasis, the argument. */
const COMMAND = new RegExp(
  String.raw`^\s*(?:[-*+]\s+|\d+[.)]\s+)?(?<frame>[*_\`]*)(?<keyword>${COMMAND_TYPES.join('|')})(?<inner>[*_\`]*)(?::(?<outer>[*_\`]*)\s*(?<argument>.*)|\s*)$`,
  's',
)
/** One more command than this is read, so that the surplus is refused instead of ignored. */
const MAX_COMMANDS = 20

interface Found {
  readonly type: CommandType
  /** The lines of its argument. */
  readonly argument: string[]
}

/**
 * Parses the commands; the prose around them is the reply. A line is not a command inside a fenced block or a block quote,
 * or if `input`, the text that this turn answers, contains it word for word. A command's text continues until the next
 * command, a block quote or a blank line, and includes fenced blocks that follow. Takes time linear in the text's length.
 */
export function readText(text: string, input: string): TurnReply {
  const quotable = words(input)
  const prose: string[] = []
  const commands: Found[] = []
  let open: Open | undefined
  for (const { line, kind } of markdownLines(text)) {
    const command = kind === 'plain' ? asCommand(line) : undefined
    if (command && commands.length <= MAX_COMMANDS && !quotable.includes(words(line))) {
      commands.push(command)
      open = rowOf(command.type).text.oneLine
        ? undefined
        : { argument: command.argument, blanks: 0 }
    } else if (!command && open && continues(open, line, kind)) take(open, line)
    else {
      open = undefined
      prose.push(line)
    }
  }
  const reply = prose.join('\n').trim()
  return {
    reply: reply || null,
    commands: checkCommands(
      commands.map(({ type, argument }) => fieldsOf(type, argument.join('\n'))),
    ),
  }
}

/** The command that following lines may belong to, and the number of blank lines since its last line. */
interface Open {
  readonly argument: string[]
  blanks: number
}

/** Returns whether the line continues the command. A blank line does, because a fenced block may follow it. */
const continues = ({ blanks }: Open, line: string, kind: LineKind) =>
  kind === 'fenced' || (kind === 'plain' && (blanks === 0 || !line.trim()))

function take(open: Open, line: string): void {
  if (!line.trim()) {
    open.blanks++
    return
  }
  open.argument.push(...Array<string>(open.blanks).fill(''), line)
  open.blanks = 0
}

function asCommand(line: string): Found | undefined {
  const {
    frame = '',
    keyword,
    inner = '',
    outer = '',
    argument = '',
  } = COMMAND.exec(line)?.groups ?? {}
  const type = COMMAND_TYPES.find((known) => known === keyword)
  if (!type) return undefined
  const closed = inner + outer !== ''
  return { type, argument: [closed ? argument : withoutEnd(argument.trimEnd(), frame)] }
}

/** Removes the closing emphasis: the mirrored `frame` that began before the keyword. */
function withoutEnd(argument: string, frame: string): string {
  const end = [...frame].reverse().join('')
  return end && argument.endsWith(end) ? argument.slice(0, -end.length) : argument
}

/**
 * Normalises a line for comparison with the input: removes spaces and Markdown marks, and unifies other ways to write the
 * same letters.
 */
const words = (line: string) =>
  line
    .normalize('NFKC')
    .replaceAll(/&#(?:95|x5f);/gi, '')
    .replaceAll(/[\s*_`\\\p{Cf}]+/gu, '')
    .replace(/^[>+\-\d.)]+/, '')

/** Returns a command's fields, not yet checked. `argument` is what follows `TYPE:`. */
export const fieldsOf = (type: CommandType, argument: string): Record<string, unknown> => ({
  ...rowOf(type).text.fields(textArgument(argument)),
  type,
})

function textArgument(argument: string): TextArgument {
  const fields = argument.split('|')
  return {
    whole: argument,
    field: (index) => fields[index]?.trim(),
    from: (index) => fields.slice(index).join('|').trim() || undefined,
  }
}
