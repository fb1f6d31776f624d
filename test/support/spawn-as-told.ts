/** A scripted conductor that gives exactly the work that a message describes as JSON, and reviews as usual. */
import { type Conductor, conduct } from '../../local/model/conductor.ts'
import type { VerifyMode } from '../../src/contract/review.ts'

export interface ToldWork {
  readonly task: string
  readonly criteria: readonly string[]
  readonly verify?: VerifyMode
}

/** The message that asks for this work. `spawnAsTold` finds it below any head and above any signature. */
export const asking = (work: ToldWork) => JSON.stringify(work)

export const spawnAsTold: Conductor = (conversation, tool) => {
  const json = conversation.prompt
    .filter(({ kind }) => ['USER', 'EMAIL', 'SMS'].includes(kind))
    .flatMap(({ content }) => /^\{.*\}$/m.exec(content)?.[0] ?? [])
  if (json.length === 0) return conduct(conversation, tool)
  const commands = json.map((work) => ({ type: 'SPAWN_WORKER', ...JSON.parse(work) }))
  return [{ type: 'tool_use', name: tool, input: { reply: 'Begun.', commands } }]
}
