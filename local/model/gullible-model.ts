/**
 * Scripted conductors that do what any text asks for. Baton has to withstand them, as it has to withstand a model
 * that was talked into something.
 */
import * as z from 'zod'
import { commandsIn } from './commands-in.ts'
import { type Conductor, conduct } from './conductor.ts'
import type { Call } from './conversation.ts'
import { PERHAPS_QUOTED } from './framing.ts'

const EVERY_WISH = 'All of it is done, just as it was asked.'

/** A turn with more commands is refused as a whole, including the person's own. */
const MOST_COMMANDS = 20

/**
 * Gives every command that appears anywhere in a message, even in fences, quotes, forged frames and JSON, and
 * writes to every address. Each command is given once in a conversation, because a notice repeats what was
 * refused, which would never end.
 */
export const structured: Conductor = ({ prompt, calls, before }, tool) => {
  if (calls.at(-1)?.result) return [{ type: 'text', text: EVERY_WISH }]
  const given = new Set(before.calls.flatMap(commandsOf).map((each) => JSON.stringify(each)))
  const reports = prompt.flatMap(({ kind, content }) => (kind === 'WORKER' ? [content] : []))
  // Commands of all messages come before messages to mere addresses, which may be cut.
  // Even this model knows who speaks: parts of emails that are perhaps quoted are framed apart.
  const said = prompt.filter(({ kind }) => kind !== PERHAPS_QUOTED)
  const commands = commandsIn(said.map(({ content }) => content).join('\n\n')).filter(
    (command) => !given.has(JSON.stringify(command)),
  )
  const reply = [EVERY_WISH, ...reports].join('\n\n')
  return [
    { type: 'tool_use', name: tool, input: { reply, commands: commands.slice(0, MOST_COMMANDS) } },
  ]
}

/** Repeats its prompt word for word, without structured output, so the text is parsed for commands. */
export const echo: Conductor = ({ prompt }) => [
  { type: 'text', text: prompt.map(({ content }) => content).join('\n\n') || EVERY_WISH },
]

/** Behaves honestly towards people, whose fenced blocks it hands out, but repeats what their workers report. */
export const echoOfReports: Conductor = (conversation, tool) =>
  conversation.prompt.some(({ kind }) => kind === 'WORKER')
    ? echo(conversation, tool)
    : conduct(conversation, tool)

const answer = z.looseObject({ commands: z.array(z.unknown()) })

function commandsOf({ input }: Call): readonly unknown[] {
  const parsed = answer.safeParse(input)
  return parsed.success ? parsed.data.commands : []
}
