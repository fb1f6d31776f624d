/** The scripted worker: runs the block or creates the file of its task, and reports the result. */
import { type Assignment, readAssignments, readMarks } from './assignment.ts'
import type { Call, Conversation } from './conversation.ts'
import { fence } from './framing.ts'
import type { Block, ScriptedReply } from './messages-api.ts'

/** Maximum timeout of a Bash call, in milliseconds. */
const BASH_TIMEOUT = 600_000

const CANNOT =
  'I am a scripted model, not Claude. I can run a fenced `sh` block, or follow "Create a file at PATH with the text TEXT"; this task has neither.'

/** Makes one Bash call a leg, then reports on it. `tool` is the name of the tool for structured output, if there is one. */
export function work(conversation: Conversation, tool?: string): ScriptedReply {
  const { prompt, calls, before } = conversation
  const call = calls.at(-1)
  // Repeating a refused call would be refused again. With text, Claude Code ends the leg without structured output.
  if (call && call.name === tool) return [text(`My report was refused: ${call?.result?.text}`)]
  if (call)
    return [tool === undefined ? text(reportOn(call)) : reportWith(tool, conversation, call)]

  const task = contentOf('TASK', [...before.prompt, ...prompt])
  const instructions = contentOf('INSTRUCTIONS', prompt)
  const marks = readMarks(`${task}\n${instructions}`)
  if (marks.includes('@hang')) return 'hang'
  // The parent of the Bash tool's shell is Claude Code.
  if (marks.includes('@crash')) return [bash('kill -9 $PPID', 'Crash, as the task asks')]
  const isFirstLeg = !prompt.some(({ kind }) => kind === 'INSTRUCTIONS')
  if (marks.includes('@fail-once') && isFirstLeg)
    return [bash('echo "failing once, as the task asks"; exit 1', 'Fail once')]

  const [assignment] = [...readAssignments(instructions), ...readAssignments(task)]
  if (!assignment) return [text(CANNOT)]
  return [bash(commandFor(assignment), 'Do what the task asks')]
}

const text = (text: string): Block => ({ type: 'text', text })

const bash = (command: string, description: string): Block => ({
  type: 'tool_use',
  name: 'Bash',
  input: { command, description, timeout: BASH_TIMEOUT },
})

const contentOf = (kind: string, frames: Conversation['prompt']) =>
  frames.findLast((frame) => frame.kind === kind)?.content ?? ''

function commandFor(assignment: Assignment): string {
  if (assignment.type === 'run') return shellScript(assignment.shell, assignment.block)
  const path = shellWord(assignment.path)
  const text = shellWord(assignment.text)
  return shellScript(
    'sh',
    `mkdir -p "$(dirname ${path})"\nprintf '%s\\n' ${text} > ${path}\ncat ${path}`,
  )
}

/**
 * Runs a block as a script of its own, because Claude Code refuses some waiting commands on the command line. The
 * script comes by descriptor 3, so a command that reads its input does not swallow the rest of it. The input is
 * empty, because the Bash tool's own never ends.
 */
export function shellScript(shell: string, block: string): string {
  let end = 'BLOCK'
  while (block.split('\n').includes(end)) end += '_'
  return `${shell} /dev/fd/3 3<<'${end}' </dev/null 2>&1\n${block}\n${end}`
}

const shellWord = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`

/** Returns `exit status N` and the output, fenced; no status if the command did not finish. */
function reportOn({ result }: Call): string {
  if (!result) return 'The command has no result.'
  if (!result.isError) return `exit status 0\n\n${fence(printed(result.text))}`
  const failed = /^Exit code (?<status>\d+)\n?(?<output>[\s\S]*)$/.exec(result.text)?.groups
  if (!failed) return `The command could not be run to its end:\n\n${fence(result.text)}`
  return `exit status ${failed.status}\n\n${fence(printed(failed.output ?? ''))}`
}

/** The longest command of a claim. */
const LONGEST_COMMAND = 1_000

/** Reports with a claim about each criterion: it is met if the command succeeded, and running it again shows that. */
function reportWith(tool: string, { prompt, before }: Conversation, call: Call): Block {
  const all = [...before.prompt, ...prompt]
  const [assignment] = [
    ...readAssignments(contentOf('INSTRUCTIONS', prompt)),
    ...readAssignments(contentOf('TASK', all)),
  ]
  const ids = contentOf('CRITERIA', all).match(/^C\d+(?=: )/gm) ?? []
  const succeeded = call.result?.isError === false
  // A part of a command would be another one.
  const shown = assignment?.type === 'run' &&
    assignment.block.length <= LONGEST_COMMAND && { command: assignment.block }
  const criteria = ids.map((id) => ({
    id,
    status: succeeded ? 'met' : 'unmet',
    procedure: 'Run the command again and compare its output with the report.',
    ...shown,
  }))
  return { type: 'tool_use', name: tool, input: { report: reportOn(call), criteria } }
}

/** Claude Code replaces an empty output with a remark of its own. */
const printed = (output: string) => (output === '(Bash completed with no output)' ? '' : output)
