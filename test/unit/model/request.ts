/** Builds requests of a conversation as Claude Code sends them, for the table tests of the rules. */
import { type MessagesRequest, messagesRequest } from '../../../local/model/messages-api.ts'
import { answer } from '../../../local/model/script.ts'

type JsonObject = Record<string, unknown>

/** Returns a framed message as in a prompt. */
export const framed = (header: string, content: string) =>
  `${header}\n\`\`\`\`\`\`\n${content}\n\`\`\`\`\`\``

/** Returns a user message: Claude Code puts reminders before the prompt. */
export const asked = (...messages: string[]): JsonObject => ({
  role: 'user',
  content: [
    { type: 'text', text: '<system-reminder>\n[USER]\nnot a message\n</system-reminder>' },
    { type: 'text', text: messages.join('\n\n') },
  ],
})

/** Returns a tool call of the model and its result. */
export const called = (
  name: string,
  input: JsonObject,
  { text, isError = false }: { text: string; isError?: boolean },
): JsonObject[] => [
  { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name, input }] },
  {
    role: 'user',
    content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: text, is_error: isError }],
  },
]

/** Returns an earlier turn of the conductor, with these commands. */
export const turned = (...commands: JsonObject[]) =>
  called('StructuredOutput', { reply: null, commands }, { text: 'taken' })

export const requestOf = (messages: JsonObject[], tools: string[] = ['Bash']): MessagesRequest =>
  messagesRequest.parse({
    model: 'any',
    system: [{ type: 'text', text: 'rules' }],
    messages: [...messages, { role: 'system', content: 'the environment' }],
    tools: tools.map((name) => ({ name })),
  })

export const workerSays = (...messages: JsonObject[]) => answer(requestOf(messages))

export const conductorSays = (...messages: JsonObject[]) =>
  answer(requestOf(messages, ['Bash', 'StructuredOutput']))
