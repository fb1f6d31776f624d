/** A conductor for one test: it reacts to each message by the test's own rules. */
import * as z from 'zod'
import type { Conductor } from '../../local/model/conductor.ts'
import type { Frame } from '../../local/model/framing.ts'

export interface Reaction {
  readonly reply?: string
  readonly commands?: readonly object[]
}

const turn = z.looseObject({ commands: z.array(z.looseObject({ type: z.string() })) })
export type GivenCommand = z.infer<typeof turn>['commands'][number]

/**
 * Returns a conductor that puts its reactions to all messages of a turn into one reply. It knows the commands that it gave
 * in earlier turns.
 */
export const scriptedConductor =
  (react: (message: Frame, given: readonly GivenCommand[]) => Reaction): Conductor =>
  ({ prompt, calls, before }, tool) => {
    // Repeating a refused call would be refused again.
    if (calls.length > 0) return [{ type: 'text', text: 'My reply was refused.' }]
    const given = before.calls.flatMap(({ input }) => turn.safeParse(input).data?.commands ?? [])
    const reactions = prompt.map((message) => react(message, given))
    const reply = reactions.flatMap((each) => each.reply ?? []).join('\n\n') || null
    const commands = reactions.flatMap((each) => each.commands ?? [])
    return [{ type: 'tool_use', name: tool, input: { reply, commands } }]
  }
