/** The parts of Anthropic's Messages API that Claude Code uses, and the encoding of responses. */
import { randomBytes } from 'node:crypto'
import * as z from 'zod'

const textBlock = z.looseObject({ type: z.literal('text'), text: z.string() })
const toolUse = z.looseObject({
  type: z.literal('tool_use'),
  id: z.string(),
  name: z.string(),
  input: z.record(z.string(), z.unknown()),
})
const toolResult = z.looseObject({
  type: z.literal('tool_result'),
  tool_use_id: z.string(),
  content: z
    .union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))])
    .optional(),
  is_error: z.boolean().optional(),
})
const otherBlock = z.looseObject({ type: z.string() }).transform(() => ({ type: 'other' as const }))

const message = z.object({
  /** Claude Code also puts `system` items among the messages, for the environment and reminders. */
  role: z.enum(['user', 'assistant', 'system']),
  content: z
    .union([z.string(), z.array(z.union([textBlock, toolUse, toolResult, otherBlock]))])
    .transform((content) =>
      typeof content === 'string' ? [{ type: 'text' as const, text: content }] : content,
    ),
})

/** The body of `POST /v1/messages`. Fields that the script does not need are accepted and ignored. */
export const messagesRequest = z.object({
  model: z.string(),
  stream: z.boolean().default(false),
  system: z.unknown().optional(),
  messages: z.array(message).min(1),
  tools: z.array(z.looseObject({ name: z.string() })).default([]),
})
export type MessagesRequest = z.infer<typeof messagesRequest>
export type ToolResult = z.infer<typeof toolResult>

/** A content block of a response. A tool call gets its id when it is sent. */
export type Block =
  | { type: 'text'; text: string }
  | { type: 'tool_use'; name: string; input: Record<string, unknown> }

export type Usage = {
  input_tokens: number
  cache_creation_input_tokens: number
  cache_read_input_tokens: number
  output_tokens: number
}

const tokens = (value: unknown) => Math.ceil(JSON.stringify(value ?? null).length / 4)

/**
 * Returns the usage of a response, counting four characters as a token, so the same request and response always
 * give the same numbers. The newest message is the input. Everything before it is written to the cache by a
 * conversation's first request and read from it by later ones, so all four counters change.
 */
function usageOf(request: MessagesRequest, answer: readonly Block[]): Usage {
  const prefix = tokens([request.system, request.tools, request.messages.slice(0, -1)])
  const goesOn = request.messages.some(({ role }) => role === 'assistant')
  return {
    input_tokens: tokens(request.messages.at(-1)),
    cache_creation_input_tokens: goesOn ? 0 : prefix,
    cache_read_input_tokens: goesOn ? prefix : 0,
    output_tokens: tokens(answer),
  }
}

/** Returns the number of tokens of a prompt, as the API counts them on request. */
export function countOf(request: MessagesRequest) {
  const { output_tokens: _, ...prompt } = usageOf(request, [])
  return { input_tokens: Object.values(prompt).reduce((sum, count) => sum + count, 0) }
}

/** Returns a new id in the API's format, always of the same length. */
const freshId = (prefix: 'msg' | 'toolu' | 'req') => `${prefix}_${randomBytes(12).toString('hex')}`

/** Returns the whole response as one message object, for a request without `stream`. */
export function messageOf(request: MessagesRequest, answer: readonly Block[]) {
  return {
    id: freshId('msg'),
    type: 'message',
    role: 'assistant',
    model: request.model,
    content: answer.map((block) =>
      block.type === 'tool_use' ? { ...block, id: freshId('toolu') } : block,
    ),
    stop_reason: answer.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: usageOf(request, answer),
  }
}

/** Returns the same message as the events of a stream, in the API's order. */
export function* streamOf(whole: ReturnType<typeof messageOf>) {
  const { content, stop_reason, stop_sequence, usage } = whole
  const start = { ...whole, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } }
  yield { type: 'message_start', message: start }
  for (const [index, block] of content.entries()) {
    const empty = block.type === 'text' ? { ...block, text: '' } : { ...block, input: {} }
    yield { type: 'content_block_start', index, content_block: empty }
    for (const delta of deltasOf(block)) yield { type: 'content_block_delta', index, delta }
    yield { type: 'content_block_stop', index }
  }
  const { output_tokens } = usage
  yield { type: 'message_delta', delta: { stop_reason, stop_sequence }, usage: { output_tokens } }
  yield { type: 'message_stop' }
}

function deltasOf(block: Block) {
  if (block.type === 'tool_use')
    return [{ type: 'input_json_delta', partial_json: JSON.stringify(block.input) }]
  // Cut by code point, so that no character is split.
  const pieces = block.text.match(/[\s\S]{1,200}/gu) ?? []
  return pieces.map((text) => ({ type: 'text_delta', text }))
}

/** Returns an error in the API's format. */
export const errorBody = (type: string, message: string) => ({
  type: 'error',
  error: { type, message },
  request_id: freshId('req'),
})

/** The content blocks of a scripted response; `hang` is a response that never comes. */
export type ScriptedReply = Block[] | 'hang'
