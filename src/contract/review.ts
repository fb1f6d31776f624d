/** The structured outputs of a review: a worker's report with its claims, and findings about criteria. */
import * as z from 'zod'

/** `C1`, `C2`, … in the order of a worker's criteria. */
export const criterionId = z.string().regex(/^C[1-9]\d?$/, 'a criterion id looks like C1')

/** At most this many criteria for a worker. */
export const MAX_CRITERIA = 20

const line = (longest: number) => z.string().trim().min(1).max(longest)

export const status = z.enum(['met', 'unmet', 'unverifiable'])
export type CriterionStatus = z.infer<typeof status>

/** What a worker says about a criterion. It is not evidence. */
export const claim = z.object({
  id: criterionId,
  status,
  /** How to check it. */
  procedure: line(500),
  command: line(1_000).optional(),
  /** The name of an artifact that shows it. */
  artifact: line(100).optional(),
})
export type Claim = z.infer<typeof claim>

/** What somebody who checked a criterion found. */
export const finding = z.object({
  id: criterionId,
  status,
  /** How it was checked. */
  procedure: line(500).optional(),
  /** The command that was run, and its exit status. */
  command: line(1_000).optional(),
  exitStatus: z.number().int().min(0).max(255).optional(),
  /** How many tests the command ran. It counts only if the excerpt has the number, too. */
  tests: z.number().int().min(1).max(1_000_000).optional(),
  /** What was seen, word for word. */
  excerpt: line(1_000).optional(),
  /** The name of an artifact that shows it. */
  artifact: line(100).optional(),
})
export type Finding = z.infer<typeof finding>

/** A worker's structured output at the end of a leg. */
export const workerReport = z.object({
  /** Markdown for the conductor. */
  report: z.string().max(100_000),
  criteria: z.array(claim).max(MAX_CRITERIA).default([]),
  notDone: z.array(line(500)).max(MAX_CRITERIA).default([]),
  /** Names of the files in `~/artifacts`. */
  artifacts: z.array(line(100)).max(50).default([]),
})
export type WorkerReport = z.output<typeof workerReport>

/** The CLI's `--json-schema` for a worker. The CLI supports draft 7. */
export const workerReportSchema: Record<string, unknown> = z.toJSONSchema(workerReport, {
  io: 'input',
  target: 'draft-7',
})

/** A verifier's structured output: the same structure as a verdict's. */
export const verifierReport = z.object({
  criteria: z.array(finding).max(MAX_CRITERIA),
  /** Problems that no criterion names. They never block. */
  remarks: z.array(line(500)).max(MAX_CRITERIA).default([]),
})
export type VerifierReport = z.output<typeof verifierReport>

/** The CLI's `--json-schema` for a verifier. */
export const verifierReportSchema: Record<string, unknown> = z.toJSONSchema(verifierReport, {
  io: 'input',
  target: 'draft-7',
})

/**
 * Which reports of a worker are verified: none, each until one verification found every criterion met, or each.
 */
export const verifyMode = z.enum(['none', 'once', 'always'])
export type VerifyMode = z.infer<typeof verifyMode>

/** What became of the verification of a leg. */
export const verification = z.object({
  /** The id of its verifier, such as `w1v1` for leg 1 of `w1`. */
  verifier: z.string(),
  /** Anything but `done` means that nothing was verified. */
  outcome: z.enum(['done', 'failed', 'timeout', 'lost']),
  /** Why nothing was verified. */
  problem: z.string().optional(),
  model: z.string().optional(),
  /** The version of the prompt that the verifier got. Absent if no verifier was started, and in earlier histories. */
  prompt: z.string().optional(),
  at: z.string(),
  /** How long the verifier's sandbox ran. Absent if no verifier was started. */
  seconds: z.number().optional(),
  criteria: z.array(finding),
  remarks: z.array(z.string()),
})
export type Verification = z.output<typeof verification>

/** What becomes of a worker after a report. */
export const reviewVerdict = z.enum(['accept', 'revise', 'give_up', 'suspicious'])

/** A new text for a criterion, or another criterion if it has no id. */
export const criterionChange = z.object({
  id: criterionId.optional(),
  text: line(1_000),
  /** Why the work is measured differently from now on. */
  reason: line(500),
})
export type CriterionChange = z.infer<typeof criterionChange>

/** The conductor's review of a worker's current leg. */
export const review = z.object({
  verdict: reviewVerdict,
  criteria: z.array(finding).max(MAX_CRITERIA).default([]),
  /** What the worker has to do next. */
  instructions: z.string().trim().min(1).max(20_000).optional(),
  /** Problems that no criterion names. They never block. */
  remarks: z.array(line(500)).max(MAX_CRITERIA).optional(),
  /** Where the verifier found something else: which criteria, and why its finding is not followed. */
  disagreement: line(2_000).optional(),
  changes: z.array(criterionChange).max(MAX_CRITERIA).optional(),
})
export type Review = z.output<typeof review>

/** What a verdict has led to. */
export const verdictOutcome = z.enum([
  'accepted',
  'revised',
  'at a bound',
  'given up',
  'suspicious',
  'not verified',
])

/** A verdict as it is recorded, without what the command itself says. */
export const verdictRecord = z.object({
  verdict: reviewVerdict,
  outcome: verdictOutcome,
  /** Why it was not followed. */
  problems: z.array(z.string()).optional(),
  leg: z.number().int(),
  /** The command that gave it. */
  commandId: z.string(),
  /** ISO 8601. */
  at: z.string(),
  judge: z.object({ role: z.literal('conductor'), model: z.string().optional() }),
  /** Who verified the leg independently. */
  verifier: verification.pick({ outcome: true, model: true }).extend({ id: z.string() }).optional(),
  /** The artifacts that it rests on, with their SHA-256 in hex. Files handed over to earlier versions have none. */
  artifacts: z.array(z.object({ name: z.string(), sha256: z.string().optional() })),
})
export type VerdictRecord = z.output<typeof verdictRecord>

/** What a receipt says of a worker that was judged: the last verdict on it. */
export const judgedWorker = z.object({
  workerId: z.string(),
  outcome: verdictOutcome,
  /** Criteria that are met, of how many. */
  met: z.number().int(),
  criteria: z.number().int(),
  /** What the verifications of the judged legs have cost, in billionths of a dollar. */
  verificationNanoUsd: z.number().int(),
})
export type JudgedWorker = z.output<typeof judgedWorker>

/** A verdict as the worker's item keeps it. Only the last one has its findings in full. */
export const workerVerdict = verdictRecord.extend({
  criteria: z.array(finding),
  remarks: z.array(z.string()),
  disagreement: z.string().optional(),
  /** What the person decided, if the work was handed to them. */
  decision: z
    .object({ question: z.string(), choice: z.string(), by: z.string().optional() })
    .optional(),
})
export type WorkerVerdict = z.output<typeof workerVerdict>
