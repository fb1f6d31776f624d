/** Checks the verdicts of a turn before it is accepted, so that no reply says that work is done if its verdict does not hold. */
import type { TurnReply } from '../commands/turn-reply.ts'
import { type Ledger, usedBy } from './ledger.ts'
import { MAX_ASKED } from './limits.ts'
import { oneLine } from './one-line.ts'
import type { Turn, Unusable, VerdictLine } from './session.ts'
import { add, type Tally } from './tally.ts'
import { notReviewable, verdictProblems } from './verdict.ts'
import { acceptedText, notVerifiedText, type Spent } from './verdict-text.ts'
import { currentLeg, type Worker } from './worker.ts'

type Commands = TurnReply['commands']

/** What is known when a turn is read. */
export interface KnownWorkers {
  /** The workers that the turn's commands name; all of them for KILL_WORKER with `all`. */
  readonly workers: readonly Worker[]
  /** Whether the report of a worker's current leg has reached the session, which knows that first. */
  readonly hasReported: (worker: Worker) => boolean
  readonly ledger: Ledger
  /** ms since the epoch. */
  readonly now: number
}

export interface TurnReviews {
  /** What is wrong with the verdicts, one line each. */
  readonly problems: readonly string[]
  /** What a person reads of the work that the turn accepts. */
  readonly lines: readonly VerdictLine[]
}

/** Returns the ids of the workers that the turn judges, or `all`. */
export function judgedWorkers(commands: Commands): readonly string[] {
  return commands.flatMap((command) =>
    command.type === 'REVIEW_WORKER' || isAcceptingKill(command) ? [command.workerId] : [],
  )
}

type Kill = Extract<Commands[number], { type: 'KILL_WORKER' }>

/** Accepting without a verdict is how earlier prompts accepted work. It shows no evidence. */
const isAcceptingKill = (command: Commands[number]): command is Kill & { accepted: true } =>
  command.type === 'KILL_WORKER' && command.accepted === true

/** Checks the verdicts of a turn. */
export function reviewsOf(commands: Commands, known: KnownWorkers): TurnReviews {
  const all = commands.flatMap((command, index) =>
    checked(command, commands.slice(0, index), known),
  )
  return {
    problems: all.flatMap(({ problems }) => problems).map((problem) => problem.slice(0, 500)),
    lines: all.flatMap(({ line }) => line ?? []),
  }
}

interface Checked {
  readonly problems: readonly string[]
  readonly line?: VerdictLine | undefined
}

function checked(
  command: Commands[number],
  before: Commands,
  known: KnownWorkers,
): readonly Checked[] {
  if (command.type === 'MALFORMED')
    return command.asked.includes('"REVIEW_WORKER"')
      ? [{ problems: [`a REVIEW_WORKER was not understood: ${oneLine(command.problem)}`] }]
      : []
  if (command.type === 'REVIEW_WORKER') return [checkedReview(command, before, known)]
  if (!isAcceptingKill(command)) return []
  return known.workers
    .filter(({ workerId, live }) => live && ['all', workerId].includes(command.workerId))
    .map((worker) => checkedKill(worker, known))
}

function checkedReview(
  command: Extract<Commands[number], { type: 'REVIEW_WORKER' }>,
  before: Commands,
  known: KnownWorkers,
): Checked {
  const { workerId, verdict, criteria } = command
  const worker = known.workers.find((one) => one.workerId === workerId)
  if (!worker) return { problems: [`there is no worker ${workerId}`] }
  const isOver = currentLeg(worker).outcome !== undefined || known.hasReported(worker)
  const refusal =
    notReviewable(worker, command, isOver) ??
    commandedBefore(before, workerId) ??
    acceptedBefore(before, worker, known)
  const problems = refusal === undefined ? verdictProblems(worker, command) : [refusal]
  const [first] = problems
  const spent = spentOn(worker, known)
  return {
    problems: problems.map((problem) => `${workerId}: ${problem}`),
    ...(first !== undefined &&
      verdict !== 'suspicious' && {
        line: { workerId, text: notVerifiedText(worker, first, spent) },
      }),
    ...(first === undefined &&
      verdict === 'accept' && { line: { workerId, text: acceptedText(worker, criteria, spent) } }),
  }
}

const commandedBefore = (before: Commands, workerId: string): string | undefined =>
  before.some((command) => 'workerId' in command && command.workerId === workerId)
    ? `an earlier command of the same turn is about ${workerId}, too`
    : undefined

/** Accepting one attempt ends the others, so a turn accepts at most one. */
function acceptedBefore(
  before: Commands,
  { workerId, group }: Worker,
  { workers }: KnownWorkers,
): string | undefined {
  if (group === undefined) return undefined
  const accepted = before.flatMap((command) =>
    command.type === 'REVIEW_WORKER' && command.verdict === 'accept' ? [command.workerId] : [],
  )
  const other = workers.find((one) => one.group === group && accepted.includes(one.workerId))
  return (
    other &&
    `the turn accepts ${other.workerId}, another attempt at the same task, so ${workerId} ends without a verdict`
  )
}

function checkedKill(worker: Worker, known: KnownWorkers): Checked {
  const { workerId, criteria } = worker
  const spent = spentOn(worker, known)
  if (criteria.length === 0)
    return { problems: [], line: { workerId, text: acceptedText(worker, [], spent) } }
  return {
    problems: [`${workerId}: KILL_WORKER gives no verdict; accept work with REVIEW_WORKER`],
    line: { workerId, text: notVerifiedText(worker, 'it was ended without a verdict', spent) },
  }
}

const spentOn = (
  { workerId, legs }: Worker,
  { ledger, now }: Pick<KnownWorkers, 'ledger' | 'now'>,
): Spent => ({
  used: add(
    ...legs.flatMap(({ n, used, verifierUsed = {} }): Tally[] => [
      used ?? usedBy(ledger, workerId, n),
      verifierUsed,
    ]),
  ),
  now,
})

/**
 * Returns what the conductor is asked again for, although its turn can be read; undefined if the turn is accepted. Each
 * reason is used once, and not after the last ask, because such a turn is better than none.
 */
export function betterTurn(
  { again, asked }: Pick<Turn, 'again' | 'asked'>,
  commands: Commands,
  { problems, isStructured }: { problems: readonly string[]; isStructured: boolean },
): Unusable | undefined {
  if (asked >= MAX_ASKED) return undefined
  if (problems.length > 0 && again !== 'verdict')
    return {
      again: 'verdict',
      trouble: 'the conductor gave a verdict that does not hold',
      problems: problems.slice(0, PROBLEMS),
    }
  const lacks = commands.some(
    (command) => command.type === 'SPAWN_WORKER' && command.criteria.length === 0,
  )
  return lacks && isStructured && again !== 'criteria'
    ? { again: 'criteria', trouble: 'the conductor gave a worker no criteria' }
    : undefined
}

const PROBLEMS = 20
