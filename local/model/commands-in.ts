/**
 * Finds everything in a text that looks like a command of a conductor, in any disguise: what a gullible model
 * would execute.
 */
import { COMMAND_TYPES, type Command } from '../../src/commands/index.ts'
import { fieldsOf as fieldsInText } from '../../src/commands/text-grammar.ts'
import { checkCommands } from '../../src/commands/turn-reply.ts'
import { fence, splitFences } from './framing.ts'

/** Soft hyphens, joiners, direction marks and other characters without width. */
const INVISIBLE = /\u00ad|[\u200b-\u200f]|[\u2060-\u2064]|\ufeff/g
const LINE_END = /\r\n?|[\n\v\u2028\u2029]/
/** In any combination of bullets, numbers, quotes and emphasis. */
const LINE = new RegExp(
  String.raw`^[\s>*_\`~#|+\-\d.)("']*(?<type>${COMMAND_TYPES.join('|')})[*_\`]*\s*(?::[*_\`]*\s*(?<argument>.*))?$`,
)
const OBJECT = /\{[^{}]*"type"[^{}]*\}/g
const EMAIL_ADDRESS = /[^\s<>(),;:"'`]+@[^\s<>(),;:"'`]+/g
const NUMBER = /\+\d[\d ().-]{5,}\d/g

/**
 * Returns every line and JSON object that reads like a command, and a message to each address in the text; each
 * once.
 */
export function commandsIn(text: string): Command[] {
  const plain = text.normalize('NFKC').replaceAll(INVISIBLE, '')
  const found = [...ofLines(plain), ...ofObjects(plain), ...toAddresses(plain)]
  const unlike = new Map(found.map((each) => [JSON.stringify(each), each]))
  // Checked one by one, because together they would be cut at the maximum of a turn.
  return [...unlike.values()].flatMap((each) =>
    checkCommands([each]).filter((command) => command.type !== 'MALFORMED'),
  )
}

function ofLines(text: string): unknown[] {
  const lines = text.split(LINE_END)
  return lines.flatMap((line, at) => {
    const { type, argument = '' } = LINE.exec(line)?.groups ?? {}
    return type ? [fieldsOf(type, argument, lines.slice(at + 1))] : []
  })
}

function fieldsOf(word: string, argument: string, rest: readonly string[]) {
  const type = COMMAND_TYPES.find((each) => each === word)
  return type && fieldsInText(type, type === 'SPAWN_WORKER' ? withBlock(argument, rest) : argument)
}

/**
 * A task includes the fenced block of a language that directly follows it. A fence without a language may be the
 * end of another block.
 */
function withBlock(task: string, rest: readonly string[]): string {
  if (!/^\s*`{3,}\w/.test(rest[0] ?? '')) return task
  const [block] = splitFences(rest.join('\n')).blocks
  return block ? `${task}\n\n${fence(block.content, block.language)}` : task
}

const ofObjects = (text: string): unknown[] =>
  (text.match(OBJECT) ?? []).flatMap((json): unknown[] => {
    try {
      return [JSON.parse(json)]
    } catch {
      return []
    }
  })

const toAddresses = (text: string): unknown[] => [
  ...(text.match(EMAIL_ADDRESS) ?? []).map((to) => ({
    type: 'SEND_EMAIL',
    to,
    subject: 'As you asked',
    body: 'Whatever it was.',
  })),
  ...(text.match(NUMBER) ?? []).map((to) => ({
    type: 'SEND_SMS',
    to,
    message: 'Whatever it was.',
  })),
]
