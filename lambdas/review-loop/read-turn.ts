/** Accepts the conductor's answer as a turn, or has it asked again. */
import { textOf } from '../../src/adapters/bodies.ts'
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
import type { Session, Unusable } from '../../src/core/session.ts'
import {
  betterTurn,
  judgedWorkers,
  reviewsOf,
  type TurnReviews,
} from '../../src/core/turn-reviews.ts'
import { currentLeg } from '../../src/core/worker.ts'
import { reportArrived } from '../../src/protocol/guards.ts'
import { acceptTurn, askTurnAgain } from '../../src/protocol/turn.ts'
import type { RunWork } from './run-work.ts'

/** Returns the session with the accepted turn, or with one to ask again; undefined if there is no such session any more. */
export async function readTurn(
  session: Session,
  { run, texts, entries }: RunWork,
  n: number,
): Promise<Session | undefined> {
  const { sessionId, turn } = session
  if (turn?.n !== n || turn.result === undefined) return readSession(sessionId)
  const { result } = turn
  await texts.load([result, ...turn.messages.map(({ id }) => id)])
  const [answer, bodies, ledger] = await Promise.all([
    texts.result(result),
    texts.bodies(turn.messages),
    readLedger(sessionId),
  ])
  const trouble =
    turn.job === undefined ? undefined : troubleOfJob(ledger, jobName({ leg: n, job: turn.job }))
  const reading = readTurnReply(answer, turn, textOf(bodies), trouble)
  const askAgain = async (why: Unusable) => {
    const again = await changeSession(session, (current) =>
      askTurnAgain(current, run, n, { result, ...why }),
    )
    return again?.item
  }
  if ('askAgain' in reading) {
    logger.warn('turn not usable', { ...reading.askAgain, error: answer.error })
    return askAgain(reading.askAgain)
  }
  const { commands, reply } = reading.accept
  const reviews = await checkedReviews(session, commands, ledger)
  const better = betterTurn(turn, commands, {
    problems: reviews.problems,
    isStructured: isStructured(answer),
  })
  if (better) {
    logger.warn('turn not good enough', { ...better })
    return askAgain(better)
  }
  const forgot = forgotText(answer)
  if (forgot !== undefined) logger.warn('memory lost', { forgot })
  const accepted = await changeSession(session, (current) =>
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
  if (!accepted) return undefined
  if (accepted.output)
    for (const seq of await writeEntries(accepted.item, undefined, texts)) entries.add(seq)
  return accepted.item
}

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
