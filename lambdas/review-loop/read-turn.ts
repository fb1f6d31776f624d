/** ReadTurn: accepts the conductor's answer as a turn, or has it asked again. */
import { getBodies, getResult, textOf } from '../../src/adapters/bodies.ts'
import { env } from '../../src/adapters/environment.ts'
import { writeEntries } from '../../src/adapters/history.ts'
import { readLedger } from '../../src/adapters/ledgers.ts'
import { logger } from '../../src/adapters/logger.ts'
import { changeSession, readSession } from '../../src/adapters/sessions.ts'
import { readWorker, sessionWorkers } from '../../src/adapters/workers.ts'
import { keptQuestions, spawnTotal, type TurnReply } from '../../src/commands/turn-reply.ts'
import { jobName, type Ledger, troubleOfJob, usedBy } from '../../src/core/ledger.ts'
import { replyAddresses } from '../../src/core/message.ts'
import { CONDUCTOR_PROMPT } from '../../src/core/prompts/versions.ts'
import { forgotText, isStructured, readTurnReply } from '../../src/core/read-turn.ts'
import type { Session } from '../../src/core/session.ts'
import {
  betterTurn,
  judgedWorkers,
  reviewsOf,
  type TurnReviews,
} from '../../src/core/turn-reviews.ts'
import { currentLeg } from '../../src/core/worker.ts'
import { reportArrived } from '../../src/protocol/guards.ts'
import { acceptTurn, askTurnAgain } from '../../src/protocol/turn.ts'
import { task } from '../../src/triggers/task.ts'
import { turnInput } from '../../src/triggers/task-input.ts'

/** Returns the indexes of the commands to run, and whether the turn was accepted. If not, the run looks at the item again. */
export const readTurnTask = task(turnInput, async ({ sessionId, run, turn: n }) => {
  const session = await readSession(sessionId)
  const turn = session?.turn
  if (!session || turn?.n !== n || turn.result === undefined)
    return { accepted: false, commands: [] }
  const { result } = turn
  const [answer, bodies, ledger] = await Promise.all([
    getResult(sessionId, result),
    getBodies(sessionId, turn.messages),
    readLedger(sessionId),
  ])
  const trouble =
    turn.job === undefined ? undefined : troubleOfJob(ledger, jobName({ leg: n, job: turn.job }))
  const reading = readTurnReply(answer, turn, textOf(bodies), trouble)
  if ('askAgain' in reading) {
    logger.warn('turn not usable', { ...reading.askAgain, error: answer.error })
    await changeSession(sessionId, (current) =>
      askTurnAgain(current, run, n, { result, ...reading.askAgain }),
    )
    return { accepted: false, commands: [] }
  }
  const { commands, reply } = reading.accept
  const reviews = await checkedReviews(session, commands, ledger)
  const better = betterTurn(turn, commands, {
    problems: reviews.problems,
    isStructured: isStructured(answer),
  })
  if (better) {
    logger.warn('turn not good enough', { ...better })
    await changeSession(sessionId, (current) =>
      askTurnAgain(current, run, n, { result, ...better }),
    )
    return { accepted: false, commands: [] }
  }
  const forgot = forgotText(answer)
  if (forgot !== undefined) logger.warn('memory lost', { forgot })
  const accepted = await changeSession(sessionId, (current) =>
    acceptTurn(current, run, n, {
      result,
      commands: commands.length,
      replies: reply !== null || reviews.lines.length > 0,
      verdicts: reviews.lines,
      prompt: CONDUCTOR_PROMPT,
      unsent: replyAddresses(bodies).length === 0,
      used: usedBy(ledger, undefined, n),
      models: env('RECEIPT_IN_REPLY') ? ledger.total : undefined,
      spawns: spawnTotal(commands),
      transcript: answer.transcriptSaved ? result : undefined,
      forgot,
      keeps: keptQuestions(commands),
      silent: reading.silent,
      at: new Date().toISOString(),
    }),
  )
  if (accepted?.output) await writeEntries(accepted.item)
  return { accepted: accepted?.output !== undefined, commands: accepted?.output ?? [] }
})

/** Reads the workers that the commands judge, and checks the verdicts. */
async function checkedReviews(
  session: Session,
  commands: TurnReply['commands'],
  ledger: Ledger,
): Promise<TurnReviews> {
  const { sessionId } = session
  const ids = [...new Set(judgedWorkers(commands))]
  const workers = ids.includes('all')
    ? await sessionWorkers(sessionId)
    : await Promise.all(ids.map((id) => readWorker(sessionId, id)))
  return reviewsOf(commands, {
    workers: workers.flatMap((worker) => worker ?? []),
    hasReported: (worker) => reportArrived(session, worker.workerId, currentLeg(worker)),
    ledger,
    now: Date.now(),
  })
}
