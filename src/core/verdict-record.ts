/** The record of a verdict: what it rests on, in the worker's item and beside the command in the history. */
import type { Finding, Review, VerdictRecord, WorkerVerdict } from '../contract/review.ts'
import { artifactsOf, sha256Hex } from './artifacts.ts'
import { outcomeOf } from './verdict.ts'
import { currentLeg, type Worker } from './worker.ts'

/** Who judges, by which command and when. */
export interface Judgement {
  readonly commandId: string
  /** ISO 8601. */
  readonly at: string
  /** The model that answered most of the turn. */
  readonly model?: string | undefined
}

/** Builds the record of a verdict on the worker's current leg. */
export function newVerdict(
  worker: Worker,
  { verdict, criteria, remarks = [], disagreement }: Review,
  problems: readonly string[],
  { commandId, at, model }: Judgement,
): WorkerVerdict {
  const { n: leg, verification } = currentLeg(worker)
  return {
    verdict,
    outcome: outcomeOf({ verdict }, problems),
    ...(problems.length > 0 && { problems: problems.slice(0, PROBLEMS) }),
    leg,
    commandId,
    at,
    judge: { role: 'conductor', ...(model !== undefined && { model }) },
    ...(verification && {
      verifier: {
        id: verification.verifier,
        outcome: verification.outcome,
        ...(verification.model !== undefined && { model: verification.model }),
      },
    }),
    artifacts: artifactsNamed(worker, [...criteria, ...(verification?.criteria ?? [])]),
    criteria: criteria.map(boundedFinding),
    remarks: remarks.slice(0, REMARKS),
    ...(disagreement !== undefined && { disagreement }),
  }
}

const PROBLEMS = 20
const REMARKS = 10

/** Cuts a finding, because the worker's item is bounded. */
export const boundedFinding = ({ procedure, command, excerpt, ...finding }: Finding): Finding => ({
  ...finding,
  ...(procedure !== undefined && { procedure: procedure.slice(0, 300) }),
  ...(command !== undefined && { command: command.slice(0, 300) }),
  ...(excerpt !== undefined && { excerpt: excerpt.slice(0, 500) }),
})

function artifactsNamed(worker: Worker, findings: readonly Finding[]): VerdictRecord['artifacts'] {
  const named = new Set(findings.flatMap(({ artifact }) => artifact ?? []))
  return artifactsOf(worker)
    .filter(({ name }) => named.has(name))
    .map(({ name, sha256 }) => ({
      name,
      ...(sha256 !== undefined && { sha256: sha256Hex(sha256) }),
    }))
}

/** So many verdicts are kept with a worker: as many as it may have legs. */
const KEPT = 20

/** Adds a verdict to the worker. Repeating it changes nothing. */
export function withVerdict(worker: Worker, verdict: WorkerVerdict): Worker {
  const { verdicts = [] } = worker
  if (verdicts.some(({ commandId }) => commandId === verdict.commandId)) return worker
  return { ...worker, verdicts: [...verdicts.map(summary), verdict].slice(-KEPT) }
}

const summary = ({ criteria, remarks: _, disagreement: __, ...verdict }: WorkerVerdict) => ({
  ...verdict,
  criteria: criteria.map(({ id, status }) => ({ id, status })),
  remarks: [],
})

/** Returns the part of a verdict that the command's own fields do not say. */
export const recordOf = ({
  criteria: _,
  remarks: __,
  disagreement: ___,
  ...record
}: WorkerVerdict): VerdictRecord => record

/** Notes on the last verdict what the person decided. Only a live worker's verdict is still open. */
export function withDecision(
  worker: Worker,
  decision: NonNullable<WorkerVerdict['decision']>,
): Worker {
  const last = worker.verdicts?.at(-1)
  if (!worker.live || !last || last.decision) return worker
  return { ...worker, verdicts: [...(worker.verdicts ?? []).slice(0, -1), { ...last, decision }] }
}
