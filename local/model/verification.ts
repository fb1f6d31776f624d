/** Reads what an independent verifier found, as Baton writes it below a worker's report. */
import { type Finding, finding } from '../../src/contract/review.ts'

const TITLE = /^Independent verification by .*$/gm
const LINE =
  /^- (?<id>C\d+) (?<status>met|unmet|unverifiable)(?:, although[^;]*)?(?:; (?<rest>.*))?$/
/** The excerpt comes last but for the artifact, as JSON. */
const REST =
  /^(?<procedure>.*?)(?:; command: (?<command>.*?))?(?:; its exit status: (?<exitStatus>\d+))?(?:; tests that it ran: (?<tests>\d+))?(?:; seen: (?<excerpt>"(?:[^"\\]|\\.)*"))?(?:; artifact: (?<artifact>.*))?$/

/** Returns the findings; none if the report was not verified. Only the last title counts, because that is Baton's own. */
export function readVerification(prose: string): Finding[] {
  const title = [...prose.matchAll(TITLE)].at(-1)
  if (!title) return []
  const [, ...lines] = prose.slice(title.index).split('\n')
  return lines.flatMap((line) => {
    const { id, status, rest = '' } = LINE.exec(line)?.groups ?? {}
    if (id === undefined) return []
    const { procedure, command, exitStatus, tests, excerpt, artifact } =
      REST.exec(rest)?.groups ?? {}
    const read = finding.safeParse({
      id,
      status,
      ...(procedure && { procedure }),
      ...(command && { command }),
      ...(exitStatus !== undefined && { exitStatus: Number(exitStatus) }),
      ...(tests !== undefined && { tests: Number(tests) }),
      ...(excerpt !== undefined && { excerpt: JSON.parse(excerpt) as unknown }),
      ...(artifact && { artifact }),
    })
    return read.success ? [read.data] : []
  })
}
