/** ReadTurn: accepts the conductor's answer as a turn, or has it asked again. */
import { getBodies, getResult, textOf } from '../../src/adapters/bodies.ts'
import { env } from '../../src/adapters/environment.ts'
import { writeEntries } from '../../src/adapters/history.ts'
import { readLedger } from '../../src/adapters/ledgers.ts'
import { changeSession, readSession } from '../../src/adapters/sessions.ts'
import { spawnedIds } from '../../src/commands/turn-reply.ts'
import { usedBy } from '../../src/core/ledger.ts'
import { replyAddresses } from '../../src/core/message.ts'
import { readTurnReply } from '../../src/core/read-turn.ts'
import { acceptTurn, askTurnAgain } from '../../src/protocol/turn.ts'
import { task } from '../../src/triggers/task.ts'
import { turnInput } from '../../src/triggers/task-input.ts'

/** Returns the indexes of the commands to run, and whether the turn was accepted. If not, the run looks at the item again. */
export const readTurnTask = task(turnInput, async ({ sessionId, run, turn: n }) => {
  const session = await readSession(sessionId)
  const turn = session?.turn
  if (turn?.n !== n || turn.result === undefined) return { accepted: false, commands: [] }
  const { result } = turn
  const [answer, bodies, ledger] = await Promise.all([
    getResult(sessionId, result),
    getBodies(sessionId, turn.messages),
    readLedger(sessionId),
  ])
  const reading = readTurnReply(answer, turn, textOf(bodies))
  if ('askAgain' in reading) {
    await changeSession(sessionId, (current) =>
      askTurnAgain(current, run, n, { result, ...reading.askAgain }),
    )
    return { accepted: false, commands: [] }
  }
  const { commands, reply } = reading.accept
  const accepted = await changeSession(sessionId, (current) =>
    acceptTurn(current, run, n, {
      result,
      commands: commands.length,
      replies: reply !== null,
      unsent: replyAddresses(bodies).length === 0,
      used: usedBy(ledger, undefined, n),
      models: env('RECEIPT_IN_REPLY') ? ledger.total : undefined,
      spawns: spawnedIds(commands, 1).size,
      transcript: answer.transcriptSaved ? result : undefined,
      silent: reading.silent,
      at: new Date().toISOString(),
    }),
  )
  if (accepted?.output) await writeEntries(accepted.item)
  return { accepted: accepted?.output !== undefined, commands: accepted?.output ?? [] }
})
