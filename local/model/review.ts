/**
 * Decides what the scripted conductor does with a worker's report: accept it, send it back once, give up, or ask the
 * person because a verifier has contradicted the worker again.
 */
import * as z from 'zod'
import type { Finding } from '../../src/contract/review.ts'
import type { Call } from './conversation.ts'
import { fence, splitFences } from './framing.ts'
import { type Move, noMove, type Verdict } from './move.ts'
import { readVerification } from './verification.ts'

/** How this conductor judges every worker's work. */
export const CRITERIA = [
  'The command ends with exit status 0.',
  'The report quotes what the command prints, word for word.',
]

/** A report's first line is the outcome of the leg, the rest is the worker's result. */
export function review(workerId: string, report: string, earlier: readonly Call[]): Move {
  const sent = verdictsOn(workerId, earlier)
  if (sent.includes('end')) return noMove

  const [outcome = '', ...answer] = report.split('\n')
  const { prose, blocks } = splitFences(answer.join('\n'))
  const [own = ''] = prose.split(/^Claims:$/m)
  // Only outside fences, because the output of a command proves nothing.
  const status = /^exit status (\d+)$/m.exec(own)?.[1]
  const output = blocks[0]?.content ?? own.trim()
  const verified = readVerification(prose)
  const refuted = verified.find((finding) => finding.status === 'unmet')
  if (status === '0' && !refuted) {
    return {
      reply: `${workerId} is done, with exit status 0:\n\n${fence(output)}`,
      commands: [
        verdictOn(workerId, 'accept', verified.length > 0 ? verified : readFindings(output)),
      ],
    }
  }

  const wrong = wrongWith(status, outcome, refuted)
  const findings = refuted ? verified : unmetFindings(status, outcome)
  if (!sent.includes('revise')) {
    const instructions = `This is not accepted: ${wrong}. Do the task again, so that it ends with exit status 0.`
    return {
      reply: null,
      commands: [{ ...verdictOn(workerId, 'revise', findings), instructions }],
    }
  }
  // A claim that was contradicted twice is no mistake, so the person decides.
  if (refuted) return { reply: null, commands: [verdictOn(workerId, 'suspicious', findings)] }
  return {
    reply: `${workerId} failed: ${wrong}, also when asked again.${output && `\n\n${fence(output)}`}`,
    commands: [verdictOn(workerId, 'give_up', findings)],
  }
}

function wrongWith(status: string | undefined, outcome: string, refuted: Finding | undefined) {
  if (status !== undefined && status !== '0') return `it ended with exit status ${status}`
  if (refuted) return `the verifier found ${refuted.id} ${refuted.status}`
  return `the report shows no exit status (${outcome.trim() || 'no outcome'})`
}

const verdictOn = (
  workerId: string,
  verdict: Verdict['verdict'],
  criteria: readonly Finding[],
): Verdict => ({ type: 'REVIEW_WORKER', workerId, verdict, criteria })

const LONGEST = 300

/** This conductor has run nothing itself, and says so: it has read what the worker reports. */
const readFindings = (output: string): Finding[] => [
  {
    id: 'C1',
    status: 'met',
    procedure: 'Read the exit status that the worker reports.',
    excerpt: 'exit status 0',
  },
  {
    id: 'C2',
    status: 'met',
    procedure: 'Read the output that the worker reports.',
    excerpt: output.trim().slice(0, LONGEST) || 'exit status 0, and no output',
  },
]

const unmetFindings = (status: string | undefined, outcome: string): Finding[] => [
  {
    id: 'C1',
    status: 'unmet',
    procedure: 'Read the exit status that the worker reports.',
    excerpt:
      status === undefined ? outcome.slice(0, LONGEST) || 'no outcome' : `exit status ${status}`,
  },
]

const structuredAnswer = z.looseObject({
  commands: z.array(
    z.looseObject({
      type: z.string(),
      workerId: z.string().optional(),
      verdict: z.string().optional(),
    }),
  ),
})

/** Returns what earlier turns decided about this worker. */
function verdictsOn(workerId: string, earlier: readonly Call[]): ('revise' | 'end')[] {
  return earlier.flatMap(({ input }) => {
    const answer = structuredAnswer.safeParse(input)
    const commands = answer.success ? answer.data.commands : []
    return commands
      .filter((command) => command.workerId === workerId)
      .map(({ type, verdict }) =>
        type === 'MESSAGE_WORKER' || verdict === 'revise' ? 'revise' : 'end',
      )
  })
}
