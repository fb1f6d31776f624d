/** RunCommand: executes one command under its id, then advances the turn to the next. */
import * as z from 'zod'
import { getBodies, getResult, putBody, textOf } from '../../src/adapters/bodies.ts'
import { recordOutcome } from '../../src/adapters/history.ts'
import { changeSession, readSession } from '../../src/adapters/sessions.ts'
import { type CommandOutcome, refused } from '../../src/commands/define.ts'
import { executeCommand, sentText } from '../../src/commands/index.ts'
import { commandId, spawnedIds } from '../../src/commands/turn-reply.ts'
import { type Body, replyAddresses } from '../../src/core/message.ts'
import { hasRoom } from '../../src/core/question.ts'
import { NO_ROOM } from '../../src/core/question-text.ts'
import { acceptedTurnReply } from '../../src/core/read-turn.ts'
import type { Session } from '../../src/core/session.ts'
import { advanceTurn } from '../../src/protocol/run-commands.ts'
import { task } from '../../src/triggers/task.ts'
import { turnInput } from '../../src/triggers/task-input.ts'
import { commandContext } from '../../src/use-cases/command-context.ts'
import { questionHours } from '../../src/use-cases/worker-bound.ts'

const input = z.object({ ...turnInput.shape, index: z.number().int(), giveUp: z.boolean() })

export const runCommandTask = task(input, async ({ sessionId, run, turn: n, index, giveUp }) => {
  const session = await readSession(sessionId)
  const turn = session?.turn
  if (session?.run.id !== run || turn?.n !== n || turn.phase !== 'run' || turn.next !== index)
    return
  const id = commandId(n, index)
  const bodies = await getBodies(sessionId, turn.messages)
  const replyTo = replyAddresses(bodies)
  const done = giveUp ? gaveUp : await effect(session, index, bodies)
  const { notice, started, ended, judged, ask, over } = done
  const now = Date.now()
  const at = new Date(now).toISOString()
  if (notice) await putBody(sessionId, id, { from: 'system', text: notice, at, replyTo })
  // Record the outcome before the turn advances, because after a crash in between the command is not done again.
  if (turn.entry !== undefined)
    await recordOutcome(sessionId, turn.entry, id, {
      status: done.status,
      outcome: done.outcome,
      ...(done.record && { record: done.record }),
    })
  await changeSession(sessionId, (current) =>
    advanceTurn(current, run, n, index, {
      ...(notice && { notice: { id, size: Buffer.byteLength(notice) } }),
      ...(started && { started }),
      ...(ended && { ended }),
      ...(judged && { judged }),
      ...(ask && {
        ask,
        asking: { asked: replyTo.map(({ address }) => address), hours: questionHours() },
      }),
      ...(over && { over }),
      gaveUp: giveUp,
      now,
    }),
  )
})

const gaveUp: CommandOutcome = {
  status: 'failed',
  outcome: 'failed in several runs and was given up',
  notice:
    'A command of your last turn failed several times and was given up. The others were done.',
}

async function effect(
  session: Session,
  index: number,
  bodies: readonly Body[],
): Promise<CommandOutcome> {
  const { sessionId, turn } = session
  if (turn?.accepted === undefined || turn.entry === undefined)
    throw new Error('an accepted turn knows its result and its entry')
  const result = await getResult(sessionId, turn.accepted)
  const { commands } = acceptedTurnReply(result, textOf(bodies))
  const command = commands[index]
  if (!command) throw new Error(`turn ${turn.n} has no command ${index}`)
  if (command.type === 'MALFORMED')
    return refused(`This is not a command: ${command.asked}\n${command.problem}`)
  const context = commandContext({
    session,
    turn: turn.n,
    commandId: commandId(turn.n, index),
    entry: turn.entry,
    replyTo: replyAddresses(bodies),
    spawned: spawnedIds(commands, turn.firstWorker).get(index),
    text: sentText(command),
  })
  const done = await executeCommand(command, context)
  const { ask, ...others } = done
  if (!ask || hasRoom(session.questions ?? [], ask)) return done
  // A command that does something before it asks has made sure that there is room.
  return { ...others, ...refused(`Nothing was asked or sent. ${NO_ROOM}`) }
}
