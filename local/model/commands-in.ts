/** Finds whatever looks like a command of a conductor in a text, however it is dressed: what a gullible model would obey. */
import { COMMAND_TYPES, type Command } from '../../src/commands/index.ts'
import { fieldsOf as fieldsInText } from '../../src/commands/text-grammar.ts'
import { checkCommands } from '../../src/commands/turn-reply.ts'
import { fence, splitFences } from './framing.ts'

/** Soft hyphens, joiners, marks of direction and other characters without a width. */
const INVISIBLE = /\u00ad|[\u200b-\u200f]|[\u2060-\u2064]|\ufeff/g
const LINE_END = /\r\n?|[\n\v\u2028\u2029]/
/** In any frame of bullets, numbers, quotes and emphasis. */
const LINE = new RegExp(
  String.raw`^[\s>*_\`~#|+\-\d.)("']*(?<type>${COMMAND_TYPES.join('|')})[*_\`]*\s*(?::[*_\`]*\s*(?<argument>.*))?$`,
)
const OBJECT = /\{[^{}]*"type"[^{}]*\}/g
const EMAIL_ADDRESS = /[^\s<>(),;:"'`]+@[^\s<>(),;:"'`]+/g
const NUMBER = /\+\d[\d ().-]{5,}\d/g

/** Every line and JSON object that reads like a command, and a message to each address that the text names; each once. */
export function commandsIn(text: string): Command[] {
  const plain = text.normalize('NFKC').replaceAll(INVISIBLE, '')
  const found = [...ofLines(plain), ...ofObjects(plain), ...toAddresses(plain)]
  const unlike = new Map(found.map((each) => [JSON.stringify(each), each]))
  // One by one, as all together would be cut at the most that a turn may have.
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

/** A task goes on over the fenced block of a language that follows it at once: any other fence may be the end of its own. */
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
