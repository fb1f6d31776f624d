/** Starts the slowest test files first, so that none of them runs alone at the end. */
import path from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Slowest first. A file that is missing here only costs time. */
const LONGEST = [
  'sweep',
  'lost',
  'crash-points',
  'hostile',
  'canaries',
  'deploy',
  'start',
  'budgets',
  'day-totals',
  'hostile-approvals',
  'deliveries',
  'restart',
  'many',
  'hangs',
  'verifier',
  'budget',
  'questions',
  'review',
  'races-waiting',
  'races-turns',
  'gateway',
  'bounds',
  'approvals',
  'side-by-side',
  'product',
  'guards',
  'synthesis',
  'artifacts',
  'resume',
]

const rank = ({ moduleId }: TestSpecification) => {
  const at = LONGEST.indexOf(path.basename(moduleId, '.test.ts'))
  return at < 0 ? LONGEST.length : at
}

export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.toSorted((a, b) => rank(a) - rank(b))
  }
}
