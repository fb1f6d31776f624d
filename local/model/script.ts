/** Answers a request as the scripted model: the conductor's rules when it is asked for a turn, else the worker's. */
import { conduct } from './conductor.ts'
import { readConversation } from './conversation.ts'
import type { Block, MessagesRequest } from './messages-api.ts'
import { work } from './worker.ts'

/** The content blocks of an answer; `hang` is an answer that never comes. */
export type Answer = Block[] | 'hang'

/** Claude Code offers this tool when it is started with `--json-schema`, which only a conductor is. */
const STRUCTURED_OUTPUT = 'StructuredOutput'

/** A pure function of the request: the same conversation always gets the same answer. */
export function answer(request: MessagesRequest): Answer {
  const conversation = readConversation(request)
  const isConductor = request.tools.some(({ name }) => name === STRUCTURED_OUTPUT)
  return isConductor ? conduct(conversation, STRUCTURED_OUTPUT) : work(conversation)
}
