/**
 * A replacement for Claude Code, for tests of other things. Like Claude Code, it calls the Messages API, runs the
 * requested commands and keeps its transcript, in a tenth of the time. It is bundled as an executable.
 */
import { spawn } from 'node:child_process'
import { appendFileSync, globSync, mkdirSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'

interface Block {
  readonly type: string
  readonly text?: string
  readonly id?: string
  readonly name?: string
  readonly input?: { readonly command?: string }
}
interface Message {
  readonly role: string
  readonly content: unknown
}
interface ModelResponse {
  readonly id: string
  readonly model: string
  readonly content: readonly Block[]
  readonly usage: Readonly<Record<string, number>>
}

const { values } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: {
    'session-id': { type: 'string' },
    resume: { type: 'string' },
    'append-system-prompt-file': { type: 'string' },
    'json-schema': { type: 'string' },
    model: { type: 'string' },
  },
})
const { resume, model = 'claude-opus-5-5' } = values
const projects = path.join(process.env.HOME ?? '', '.claude', 'projects')
const session = String(resume ?? values['session-id'])
const [transcript = path.join(projects, 'quick', `${session}.jsonl`)] = resume
  ? globSync(`*/${session}.jsonl`, { cwd: projects }).map((file) => path.join(projects, file))
  : []

const messages: Message[] = resume
  ? readFileSync(transcript, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).message)
  : []

const tell = (event: object) => process.stdout.write(`${JSON.stringify(event)}\n`)

function keep(message: Message): void {
  messages.push(message)
  // If a command removed the file, it goes on in a new one without what came before.
  mkdirSync(path.dirname(transcript), { recursive: true })
  appendFileSync(transcript, `${JSON.stringify({ type: message.role, message })}\n`)
}

const STRUCTURED_OUTPUT = 'StructuredOutput'
const tools = [
  { name: 'Bash' },
  ...(values['json-schema'] === undefined ? [] : [{ name: STRUCTURED_OUTPUT }]),
]

function body(): string {
  const system = readFileSync(String(values['append-system-prompt-file']), 'utf8')
  return JSON.stringify({ model, max_tokens: 32_000, system, messages, tools })
}

interface Answered {
  readonly status: number
  readonly body: string
  /** The server says that trying again does not help. */
  readonly isFinal?: boolean
}

/** Retries what may succeed a little later. */
async function ask(): Promise<Answered> {
  for (let again = 0; ; again++) {
    const answer: Answered = await post(body()).catch((error) => ({
      status: 599,
      body: String(error),
    }))
    if (answer.isFinal || (answer.status < 500 && answer.status !== 429)) return answer
    if (again === 5) return answer
    await wait(500 * 2 ** again)
  }
}

const post = (sent: string) =>
  new Promise<Answered>((resolve, reject) => {
    const asking = request(
      `${process.env.ANTHROPIC_BASE_URL}/v1/messages`,
      {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'anthropic-version': '2023-06-01',
          'x-api-key': process.env.ANTHROPIC_API_KEY,
        },
      },
      (response) => {
        const { statusCode: status = 599, headers } = response
        const isFinal = headers['x-should-retry'] === 'false'
        text(response).then((body) => resolve({ status, body, isFinal }), reject)
      },
    )
    asking.on('error', reject).end(sent)
  })

/** The result of the Bash tool: its output, and the exit status if it is not 0. */
async function run(command: string): Promise<{ content: string; is_error?: true }> {
  const shell = spawn('bash', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  for (const output of [shell.stdout, shell.stderr])
    output.setEncoding('utf8').on('data', (more: string) => {
      printed += more
    })
  const status = await new Promise((resolve) => shell.on('close', resolve))
  const content = printed.trimEnd()
  if (status !== 0) return { content: `Exit code ${status}\n${content}`, is_error: true }
  return { content: content === '' ? '(Bash completed with no output)' : content }
}

function end(result: object): void {
  const usage = Object.entries({
    inputTokens: 'input_tokens',
    outputTokens: 'output_tokens',
    cacheReadInputTokens: 'cache_read_input_tokens',
    cacheCreationInputTokens: 'cache_creation_input_tokens',
  }).map(([name, from]) => [name, used.reduce((sum, each) => sum + (each[from] ?? 0), 0)])
  const model_usage_since_last_result = { [String(model)]: Object.fromEntries(usage) }
  tell({ type: 'result', subtype: 'success', model_usage_since_last_result, ...result })
}

const used: ModelResponse['usage'][] = []

async function main(): Promise<void> {
  keep({ role: 'user', content: [{ type: 'text', text: await text(process.stdin) }] })
  for (;;) {
    const { status, body } = await ask()
    if (status !== 200) {
      process.exitCode = 1
      return end({ is_error: true, result: `API Error: ${status} ${body}` })
    }
    const { content, ...rest } = JSON.parse(body) as ModelResponse
    used.push(rest.usage)
    keep({ role: 'assistant', content })
    for (const block of content) tell({ type: 'assistant', message: { ...rest, content: [block] } })
    const structured = content.find(({ name }) => name === STRUCTURED_OUTPUT)
    if (structured) {
      keep(resultOf(structured, { content: 'Structured output provided successfully' }))
      return end({ is_error: false, result: '', structured_output: structured.input })
    }
    const call = content.find(({ type }) => type === 'tool_use')
    if (!call)
      return end({ is_error: false, result: content.map(({ text = '' }) => text).join('') })
    const answered = resultOf(call, await run(call.input?.command ?? ''))
    keep(answered)
    tell({ type: 'user', message: answered })
  }
}

const resultOf = ({ id }: Block, result: object): Message => ({
  role: 'user',
  content: [{ type: 'tool_result', tool_use_id: id, ...result }],
})

main()
