/** ReadTurn: what the conductor answered, accepted as a turn or asked again. */
import { getBodies, getResult, textOf } from '../adapters/bodies.ts'
import { variable } from '../adapters/environment.ts'
import { writeEntries } from '../adapters/history.ts'
import { readLedger } from '../adapters/ledgers.ts'
import { changeSession, readSession } from '../adapters/sessions.ts'
import { readAnswer } from '../core/answer.ts'
import { usedBy } from '../core/ledger.ts'
import { askersOf } from '../core/message.ts'
import { accept, askAgain } from '../core/run/turn.ts'
import { turnStep } from '../run/inputs.ts'
import { task } from '../run/task.ts'

/** `commands`: indexes of those to run; absent when the run is to look at the item again. */
export const handler = task(turnStep, async ({ sessionId, run, turn: n }) => {
  const session = await readSession(sessionId)
  const turn = session?.turn
  if (turn?.n !== n || turn.result === undefined) return { accepted: false, commands: [] }
  const { result } = turn
  const [answer, bodies, ledger] = await Promise.all([
    getResult(sessionId, result),
    getBodies(sessionId, turn.cover),
    readLedger(sessionId),
  ])
  const reading = readAnswer(answer, turn, textOf(bodies))
  if ('askAgain' in reading) {
    await changeSession(sessionId, (current) =>
      askAgain(current, run, n, { result, ...reading.askAgain }),
    )
    return { accepted: false, commands: [] }
  }
  const { commands, reply } = reading.accept
  const accepted = await changeSession(sessionId, (current) =>
    accept(current, run, n, {
      result,
      commands: commands.length,
      replies: reply !== null,
      unsent: askersOf(bodies).length === 0,
      used: usedBy(ledger, undefined, n),
      models: variable('RECEIPT_IN_REPLY') ? ledger.total : undefined,
      spawns: commands.filter(({ type }) => type === 'SPAWN_WORKER').length,
      transcript: answer.transcriptSaved ? result : undefined,
      silent: reading.silent,
      at: new Date().toISOString(),
    }),
  )
  if (accepted?.answer) await writeEntries(accepted.item)
  return { accepted: accepted?.answer !== undefined, commands: accepted?.answer ?? [] }
})
