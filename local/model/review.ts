/** Decides what the scripted conductor does with a worker's report: accept it, send it back once, or give up. */
import * as z from 'zod'
import type { Call } from './conversation.ts'
import { fence, splitFences } from './framing.ts'
import { type Move, noMove } from './move.ts'

/** A report's first line is the outcome of the leg, the rest is the worker's result. */
export function review(workerId: string, report: string, earlier: readonly Call[]): Move {
  const sent = commandsTo(workerId, earlier)
  if (sent.includes('KILL_WORKER')) return noMove

  const [outcome = '', ...answer] = report.split('\n')
  const { prose, blocks } = splitFences(answer.join('\n'))
  // Only outside fences, because the output of a command proves nothing.
  const status = /^exit status (\d+)$/m.exec(prose)?.[1]
  const output = blocks[0]?.content ?? prose.trim()
  if (status === '0') {
    return {
      reply: `${workerId} is done, with exit status 0:\n\n${fence(output)}`,
      commands: [kill(workerId, true, 'The report shows exit status 0.')],
    }
  }

  const wrong = status
    ? `it ended with exit status ${status}`
    : `the report shows no exit status (${outcome.trim() || 'no outcome'})`
  if (!sent.includes('MESSAGE_WORKER')) {
    const instructions = `This is not accepted: ${wrong}. Do the task again, so that it ends with exit status 0.`
    return { reply: null, commands: [{ type: 'MESSAGE_WORKER', workerId, instructions }] }
  }
  return {
    reply: `${workerId} failed: ${wrong}, also when asked again.${output && `\n\n${fence(output)}`}`,
    commands: [kill(workerId, false, `Given up: ${wrong}, also when asked again.`)],
  }
}

const kill = (workerId: string, accepted: boolean, reason: string) =>
  ({ type: 'KILL_WORKER', workerId, accepted, reason }) as const

const structuredAnswer = z.looseObject({
  commands: z.array(z.looseObject({ type: z.string(), workerId: z.string().optional() })),
})

/** Returns the types of the commands that earlier turns gave about this worker. */
function commandsTo(workerId: string, earlier: readonly Call[]): string[] {
  return earlier.flatMap(({ input }) => {
    const answer = structuredAnswer.safeParse(input)
    const commands = answer.success ? answer.data.commands : []
    return commands.filter((command) => command.workerId === workerId).map(({ type }) => type)
  })
}
