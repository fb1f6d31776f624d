/** Hands a worker's work to the person, who decides what becomes of it. */
import type { Finding } from '../contract/review.ts'
import { artifactsOf } from './artifacts.ts'
import { clause } from './clause.ts'
import { criteriaOf } from './criteria.ts'
import { mayHaveMore } from './more-attempts.ts'
import { oneLine } from './one-line.ts'
import { DECISIONS, type NewQuestion } from './question.ts'
import { contradictions } from './verdict.ts'
import { currentLeg, MAX_LEGS, type Worker } from './worker.ts'

/** What a person is told of a worker besides the findings. */
export interface HandOver {
  /** Why the person decides: the end of a sentence that begins with the worker's id, such as `is not verified: …`. */
  readonly reason: string
  /** What was seen, one line each. */
  readonly seen?: readonly string[]
}

/** The choice if no answer comes. Nothing is accepted by silence. */
const [ACCEPT, , STOP] = DECISIONS

/** Returns the question that shows the person criterion by criterion what there is. */
export const decisionQuestion = (
  worker: Worker,
  findings: readonly Finding[],
  { reason, seen = [] }: HandOver,
): NewQuestion => ({
  kind: 'decision',
  text: [
    `${worker.workerId} ${clause(reason)}.`,
    taskOf(worker),
    criteriaLines(worker, findings),
    lines(
      contradictions(worker, findings).map(
        ({ id, verified }) => `The verifier found ${id} ${verified}.`,
      ),
    ),
    lines(seen.map((line) => shortened(line, 300))),
    filesOf(worker),
    mayHaveMore(worker)
      ? ''
      : `It cannot have two more attempts: it has had ${currentLeg(worker).n}, and a worker has ${MAX_LEGS} at most. For another try, ask for new work.`,
  ]
    .filter((part) => part !== '')
    .join('\n\n'),
  choices: mayHaveMore(worker) ? DECISIONS : [ACCEPT, STOP],
  default: STOP,
  workerId: worker.workerId,
})

/** Returns what there is of a worker's work, criterion by criterion, without a question. */
export function workText(worker: Worker, hasReported: boolean): string {
  const { n, verification } = currentLeg(worker)
  const last = worker.verdicts?.at(-1)
  const findings = last?.leg === n ? last.criteria : (verification?.criteria ?? [])
  return [
    `${worker.workerId} ${hasReported ? 'has reported' : 'is still at work'}.`,
    taskOf(worker),
    criteriaLines(worker, findings),
    filesOf(worker),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

const taskOf = ({ task }: Worker) => `Its task: ${shortened(task, 200)}`

const criteriaLines = (worker: Worker, findings: readonly Finding[]): string =>
  lines(
    criteriaOf(worker).map(({ id, text }) => {
      const finding = findings.find((one) => one.id === id)
      const evidence = finding ? evidenceOf(finding).join(' · ') : ''
      const criterion = `${id} ${finding?.status ?? 'not judged'}: ${shortened(text, 200)}`
      return evidence === '' ? criterion : `${criterion} (${evidence})`
    }),
  )

function evidenceOf({ procedure, command, exitStatus, excerpt, artifact }: Finding): string[] {
  return [
    ...(procedure === undefined ? [] : [shortened(procedure, 200)]),
    ...(command === undefined ? [] : [`ran ${shortened(command, 100)}`]),
    ...(exitStatus === undefined ? [] : [`exit status ${exitStatus}`]),
    ...(excerpt === undefined ? [] : [`saw "${shortened(excerpt, 200)}"`]),
    ...(artifact === undefined ? [] : [`see ${shortened(artifact, 100)}`]),
  ]
}

function filesOf(worker: Worker): string {
  const names = artifactsOf(worker).map(({ name }) => name)
  return names.length > 0 ? `Files: ${names.join(', ')}` : ''
}

const lines = (texts: readonly string[]) => texts.map((text) => `- ${text}`).join('\n')

function shortened(text: string, longest: number): string {
  const line = oneLine(text)
  return line.length > longest ? `${line.slice(0, longest - 3)}...` : line
}
