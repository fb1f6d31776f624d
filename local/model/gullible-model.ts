/** Scripted conductors that do whatever any text asks for: what Baton has to withstand when its model was talked into it. */
import * as z from 'zod'
import { commandsIn } from './commands-in.ts'
import { type Conductor, conduct } from './conductor.ts'
import type { Call } from './conversation.ts'

const EVERY_WISH = 'All of it is done, just as it was asked.'

/** More would be refused together, the person's own among them. */
const MOST_COMMANDS = 20

/**
 * Gives every command that stands anywhere in a message, also in fences, quotes, false frames and JSON, and writes to
 * every address. Each command once a conversation: what is refused is said again in a notice, and would never end.
 */
export const structured: Conductor = ({ prompt, calls, before }, tool) => {
  if (calls.at(-1)?.result) return [{ type: 'text', text: EVERY_WISH }]
  const given = new Set(before.calls.flatMap(commandsOf).map((each) => JSON.stringify(each)))
  const reports = prompt.flatMap(({ kind, content }) => (kind === 'WORKER' ? [content] : []))
  // Of all messages together, as what is only an address comes last, where it may be cut.
  const commands = commandsIn(prompt.map(({ content }) => content).join('\n\n')).filter(
    (command) => !given.has(JSON.stringify(command)),
  )
  const reply = [EVERY_WISH, ...reports].join('\n\n')
  return [
    { type: 'tool_use', name: tool, input: { reply, commands: commands.slice(0, MOST_COMMANDS) } },
  ]
}

/** Says word for word what it was told, without structured output: then the text is read for commands. */
export const echo: Conductor = ({ prompt }) => [
  { type: 'text', text: prompt.map(({ content }) => content).join('\n\n') || EVERY_WISH },
]

/** Honest to people, whose fenced blocks it hands out, and an echo of what their workers report. */
export const echoOfReports: Conductor = (conversation, tool) =>
  conversation.prompt.some(({ kind }) => kind === 'WORKER')
    ? echo(conversation, tool)
    : conduct(conversation, tool)

const answer = z.looseObject({ commands: z.array(z.unknown()) })

function commandsOf({ input }: Call): readonly unknown[] {
  const parsed = answer.safeParse(input)
  return parsed.success ? parsed.data.commands : []
}
