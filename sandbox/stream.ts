/** Parses Claude Code's `stream-json` events: texts, tool calls, usage and the final result. */
import * as z from 'zod'
import type { Result } from '../src/contract/runner.ts'
import { activityLine } from './activity.ts'

const block = z.union([
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({
    type: z.literal('tool_use'),
    name: z.string(),
    input: z.record(z.string(), z.unknown()),
  }),
  z.object({ type: z.literal('tool_result') }),
  z.looseObject({ type: z.string() }).transform(() => ({ type: 'other' as const })),
])

type Block = z.infer<typeof block>

const count = z.number().default(0)
const messageUsage = z.object({
  input_tokens: count,
  output_tokens: count,
  cache_read_input_tokens: count,
  cache_creation_input_tokens: count,
})
const modelUsage = z.object({
  inputTokens: count,
  outputTokens: count,
  cacheReadInputTokens: count,
  cacheCreationInputTokens: count,
})

const event = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('assistant'),
    /** Set on a subagent's messages. */
    parent_tool_use_id: z.string().nullish(),
    message: z.object({
      id: z.string(),
      model: z.string(),
      content: z.array(block),
      usage: messageUsage.optional(),
    }),
  }),
  z.object({
    type: z.literal('user'),
    parent_tool_use_id: z.string().nullish(),
    message: z.object({
      content: z.union([
        z.string().transform((text) => [{ type: 'text' as const, text }]),
        z.array(block),
      ]),
    }),
  }),
  z.object({
    type: z.literal('result'),
    /** The subtype is not read, because an API error is `subtype: "success"` with `is_error: true`. */
    is_error: z.boolean(),
    result: z.string().optional(),
    /** Replaces `result` if a limit was reached. */
    errors: z.array(z.string()).optional(),
    structured_output: z.unknown().optional(),
    model_usage_since_last_result: z.record(z.string(), modelUsage).optional(),
  }),
])
type Event = z.infer<typeof event>
export type ResultEvent = Extract<Event, { type: 'result' }>
type Usage = NonNullable<Result['usage']>

/** The model name of messages that Claude Code writes itself, such as API errors. */
const SYNTHETIC = '<synthetic>'

const STRUCTURED_OUTPUT = 'StructuredOutput'

/** How Claude Code asks for the rest of an answer that was cut at the output limit. Any other prompt asks for a new one. */
const CONTINUATION = /^Output token limit hit\b/

/**
 * Accumulates the events of one run of Claude Code. One run may hold several answers to its prompt, because Claude Code asks
 * again by itself, for example if the structured output is missing. Only the last answer with text counts: what an
 * earlier one asked for is usually asked for again, and must not be done twice.
 */
export class ClaudeStream {
  readonly activity: string[] = []
  /** The texts of the last answer. */
  texts: string[] = []
  /** Those after its last tool result. */
  answer: string[] = []
  /** Whether the model has finished an answer: its last message called no tool but the structured output. */
  #finished = false
  /** Whether the next text begins another answer. */
  #askedAgain = false
  /** The last result. A run that a background task wakes again has several. */
  result: ResultEvent | undefined
  #settled: Usage | undefined
  /**
   * Usage of the messages since the last result, by message id, because each block of a message is an event that
   * repeats it.
   */
  readonly #open = new Map<string, Usage>()
  readonly #onActivity: (line: string) => void

  constructor(onActivity: (line: string) => void) {
    this.#onActivity = onActivity
  }

  /** Processes one line of the stream. Ignores other events and invalid lines. */
  accept(line: string): void {
    const parsed = event.safeParse(parseJson(line))
    if (!parsed.success) return
    if (parsed.data.type === 'assistant') this.#addMessage(parsed.data)
    if (parsed.data.type === 'user') this.#addPrompt(parsed.data)
    if (parsed.data.type === 'result') this.#settle(parsed.data)
  }

  /**
   * The usage that Claude Code reports in its results, including subagents and repeated requests. For messages without a
   * result, because the run was ended, the input is exact, and the output is what was counted when the message began.
   */
  get usage(): Usage | undefined {
    return [...(this.#settled ? [this.#settled] : []), ...this.#open.values()].reduce(
      (sum: Usage | undefined, usage) => add(sum, usage),
      undefined,
    )
  }

  #addMessage({ parent_tool_use_id, message }: Extract<Event, { type: 'assistant' }>) {
    if (message.model === SYNTHETIC) return
    for (const block of message.content) {
      if (!parent_tool_use_id) this.#addBlock(block)
      // The structured output is the result and not an activity.
      if (block.type === 'tool_use' && block.name !== STRUCTURED_OUTPUT) {
        const line = activityLine(block.name, block.input)
        this.activity.push(line)
        this.#onActivity(line)
      }
    }
    if (message.usage) {
      this.#open.set(message.id, {
        inputTokens: message.usage.input_tokens,
        outputTokens: message.usage.output_tokens,
        cacheReadTokens: message.usage.cache_read_input_tokens,
        cacheWriteTokens: message.usage.cache_creation_input_tokens,
      })
    }
  }

  /** Adds a block of the model itself, not of a subagent. */
  #addBlock(block: Block) {
    if (block.type === 'tool_use') this.#finished = block.name === STRUCTURED_OUTPUT
    if (block.type !== 'text') return
    if (this.#askedAgain) {
      this.texts = []
      this.answer = []
    }
    this.#askedAgain = false
    this.#finished = true
    this.texts.push(block.text)
    this.answer.push(block.text)
  }

  /** Processes tool results, and what Claude Code tells the model by itself: a skill's text, or to answer again. */
  #addPrompt({ parent_tool_use_id, message: { content } }: Extract<Event, { type: 'user' }>) {
    if (parent_tool_use_id) return
    if (content.some(({ type }) => type === 'tool_result')) this.answer = []
    const isContinuation = content.some(
      (each) => each.type === 'text' && CONTINUATION.test(each.text),
    )
    if (this.#finished && !isContinuation) this.#askedAgain = true
  }

  #settle(result: ResultEvent) {
    this.result = result
    this.#askedAgain = true
    const models = Object.values(result.model_usage_since_last_result ?? {})
    if (models.length === 0) return
    this.#open.clear()
    for (const model of models) {
      this.#settled = add(this.#settled, {
        inputTokens: model.inputTokens,
        outputTokens: model.outputTokens,
        cacheReadTokens: model.cacheReadInputTokens,
        cacheWriteTokens: model.cacheCreationInputTokens,
      })
    }
  }
}

function add(a: Usage | undefined, b: Usage): Usage {
  if (!a) return b
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
