/** Executes one command under its id, then advances the turn to the next. */
import { putBody, textOf } from '../../src/adapters/bodies.ts'
import { recordOutcome } from '../../src/adapters/history.ts'
import { changeSession } from '../../src/adapters/sessions.ts'
import { type CommandOutcome, refused } from '../../src/commands/define.ts'
import { executeCommand, sentText } from '../../src/commands/index.ts'
import { commandId, spawnedIds } from '../../src/commands/turn-reply.ts'
import type { Result } from '../../src/contract/runner.ts'
import { type Body, replyAddresses } from '../../src/core/message.ts'
import { hasRoom } from '../../src/core/question.ts'
import { NO_ROOM } from '../../src/core/question-text.ts'
import { acceptedTurnReply } from '../../src/core/read-turn.ts'
import type { Session } from '../../src/core/session.ts'
import { advanceTurn } from '../../src/protocol/run-commands.ts'
import { commandContext } from '../../src/use-cases/command-context.ts'
import { questionHours } from '../../src/use-cases/worker-bound.ts'
import type { RunWork } from './run-work.ts'

/** Returns the session after the command; undefined if there is none any more. */
export async function runCommand(
  session: Session,
  { run, texts }: RunWork,
  { index, giveUp }: { readonly index: number; readonly giveUp: boolean },
): Promise<Session | undefined> {
  const { sessionId, turn } = session
  if (turn?.accepted === undefined || turn.entry === undefined)
    throw new Error('an accepted turn knows its result and its entry')
  const { n, messages, accepted, entry } = turn
  const id = commandId(n, index)
  await texts.load([accepted, ...messages.map((message) => message.id)])
  const bodies = await texts.bodies(messages)
  const replyTo = replyAddresses(bodies)
  const result = await texts.result(accepted)
  const done = giveUp ? gaveUp : await effect(session, { index, entry, result, bodies })
  const { notice, started, ended, judged, ask, over } = done
  const now = Date.now()
  const at = new Date(now).toISOString()
  if (notice) await putBody(sessionId, id, { from: 'system', text: notice, at, replyTo })
  // Record the outcome before the turn advances, because after a crash in between the command is not done again.
  await recordOutcome(sessionId, entry, id, {
    status: done.status,
    outcome: done.outcome,
    ...(done.record && { record: done.record }),
  })
  const advanced = await changeSession(session, (current) =>
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
  return advanced?.item
}

const gaveUp: CommandOutcome = {
  status: 'failed',
  outcome: 'failed in several runs and was given up',
  notice:
    'A command of your last turn failed several times and was given up. The others were done.',
}

interface Command {
  readonly index: number
  /** The number of the turn's entry. */
  readonly entry: number
  readonly result: Result
  readonly bodies: readonly Body[]
}

async function effect(
  session: Session,
  { index, entry, result, bodies }: Command,
): Promise<CommandOutcome> {
  const { turn } = session
  if (!turn) throw new Error('a command belongs to a turn')
  const { commands } = acceptedTurnReply(result, textOf(bodies))
  const command = commands[index]
  if (!command) throw new Error(`turn ${turn.n} has no command ${index}`)
  if (command.type === 'MALFORMED')
    return refused(`This is not a command: ${command.asked}\n${command.problem}`)
  const context = commandContext({
    session,
    turn: turn.n,
    commandId: commandId(turn.n, index),
    entry,
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
