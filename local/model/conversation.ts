/** Parses a request's messages for the rules: the newest prompt, the ones before it, and the tool calls. */
import { type Frame, readFrames } from './framing.ts'
import type { MessagesRequest, ToolResult } from './messages-api.ts'

/** A tool call of the model, with its result once Claude Code has run it. */
export type Call = {
  name: string
  input: Record<string, unknown>
  result?: { text: string; isError: boolean }
}

export type Conversation = {
  /** The messages of the newest prompt: a turn of the conductor, or a leg of a worker. */
  prompt: Frame[]
  /** The calls made in response to the newest prompt. */
  calls: Call[]
  /** The messages and calls of everything before. */
  before: { prompt: Frame[]; calls: Call[] }
}

/** Text without a frame (reminders and notices of Claude Code itself) begins no prompt and is skipped. */
export function readConversation({ messages }: MessagesRequest): Conversation {
  const conversation: Conversation = { prompt: [], calls: [], before: { prompt: [], calls: [] } }
  const byId = new Map<string, Call>()
  for (const { role, content } of messages) {
    for (const block of content) {
      if (block.type === 'text' && role === 'user') begin(conversation, readFrames(block.text))
      if (block.type === 'tool_use') {
        const call: Call = { name: block.name, input: block.input }
        conversation.calls.push(call)
        byId.set(block.id, call)
      }
      if (block.type === 'tool_result') settle(byId.get(block.tool_use_id), block)
    }
  }
  return conversation
}

function begin(conversation: Conversation, frames: Frame[]) {
  if (frames.length === 0) return
  conversation.before.prompt.push(...conversation.prompt)
  conversation.before.calls.push(...conversation.calls)
  conversation.prompt = frames
  conversation.calls = []
}

function settle(call: Call | undefined, { content = '', is_error = false }: ToolResult) {
  if (!call) return
  const text = typeof content === 'string' ? content : content.map(({ text = '' }) => text).join('')
  call.result = { text, isError: is_error }
}
