/**
 * The scripted verifier: for each criterion it runs the command that the criterion names in backticks, otherwise the one
 * that the worker claims, in its own sandbox, and reports the exit status and what it saw.
 */
import * as z from 'zod'
import { TO_CHECK } from '../../src/core/prompts/verifier.ts'
import type { Call, Conversation } from './conversation.ts'
import type { Block, ScriptedReply } from './messages-api.ts'
import { shellScript } from './worker.ts'

const claims = z.array(
  z.looseObject({
    id: z.string(),
    command: z.string().optional(),
    artifact: z.string().optional(),
  }),
)

interface Check {
  readonly id: string
  readonly procedure: string
  /** Absent if nobody says how to check it. */
  readonly command?: string
  readonly artifact?: string
}

const EXCERPT = 1_000
const NOTHING = '(no output)'
/** Maximum timeout of a Bash call, in milliseconds. */
const BASH_TIMEOUT = 600_000

/** Runs one command after the other, each once, then reports. `tool` is the name of the tool for structured output. */
export function verify({ prompt, calls }: Conversation, tool?: string): ScriptedReply {
  const last = calls.at(-1)
  // Repeating a refused call would be refused again. With text, Claude Code ends without structured output.
  if (tool === undefined || last?.name === tool)
    return [{ type: 'text', text: `My findings were refused: ${last?.result?.text}` }]
  const checks = checksOf(prompt)
  const commands = [...new Set(checks.flatMap(({ command }) => command ?? []))]
  const next = commands[calls.length]
  if (next !== undefined)
    return [
      {
        type: 'tool_use',
        name: 'Bash',
        input: {
          command: shellScript('bash', next),
          description: 'Check a criterion',
          timeout: BASH_TIMEOUT,
        },
      },
    ]
  const results = new Map(commands.map((command, i) => [command, calls[i]?.result]))
  const criteria = checks.map((check) => findingOf(check, results))
  return [{ type: 'tool_use', name: tool, input: { criteria } } satisfies Block]
}

function checksOf(prompt: Conversation['prompt']): Check[] {
  const contentOf = (kind: string) => prompt.find((frame) => frame.kind === kind)?.content ?? ''
  const claimed = readClaims(contentOf('CLAIMS'))
  return [...contentOf('CRITERIA').matchAll(/^(?<id>C\d+): (?<text>.*)$/gm)].map(({ groups }) => {
    const { id = '', text = '' } = groups ?? {}
    const claim = claimed.find((each) => each.id === id)
    const named = /`(?<command>[^`]+)`/.exec(text)?.groups?.command
    if (named !== undefined)
      return { id, procedure: 'Ran the command of the criterion.', command: named }
    if (claim?.command !== undefined)
      return { id, procedure: 'Ran the claimed command.', command: claim.command }
    if (claim?.artifact === undefined) return { id, procedure: 'Nothing says how to check this.' }
    const { artifact } = claim
    const command = `head -c ${EXCERPT} ~/${TO_CHECK}/'${artifact.replaceAll("'", `'\\''`)}'`
    return { id, procedure: 'Looked at the claimed artifact.', command, artifact }
  })
}

function readClaims(text: string): z.infer<typeof claims> {
  try {
    return claims.parse(JSON.parse(text))
  } catch {
    return []
  }
}

function findingOf(
  { id, procedure, command, artifact }: Check,
  results: ReadonlyMap<string, Call['result']>,
) {
  if (command === undefined) return { id, status: 'unverifiable', procedure }
  const { exitStatus, output } = outcomeOf(results.get(command))
  if (exitStatus === undefined)
    return { id, status: 'unverifiable', procedure: `The command could not be run: ${output}` }
  // What is met has to be shown, and silence is what such a command shows.
  const seen = output.trim().slice(0, EXCERPT)
  const excerpt = seen === '' && exitStatus === 0 ? 'exit status 0, and no output' : seen
  return {
    ...{ id, status: exitStatus === 0 ? 'met' : 'unmet', procedure, exitStatus },
    command: command.slice(0, EXCERPT),
    excerpt: excerpt || NOTHING,
    ...(artifact !== undefined && { artifact }),
  }
}

/** Claude Code replaces an empty output with a remark of its own. */
function outcomeOf(result: Call['result']): { exitStatus?: number; output: string } {
  if (!result) return { output: 'it has no result' }
  const printed = (text: string) => (text === '(Bash completed with no output)' ? '' : text)
  if (!result.isError) return { exitStatus: 0, output: printed(result.text) }
  const failed = /^Exit code (?<status>\d+)\n?(?<output>[\s\S]*)$/.exec(result.text)?.groups
  if (!failed) return { output: result.text.slice(0, 400) }
  return { exitStatus: Number(failed.status), output: printed(failed.output ?? '') }
}
