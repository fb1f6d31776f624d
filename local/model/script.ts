/** Answers a request as the scripted model: the conductor's rules when it is asked for a turn, else the worker's. */
import { type Conductor, conduct } from './conductor.ts'
import { readConversation } from './conversation.ts'
import type { Block, MessagesRequest } from './messages-api.ts'
import { work } from './worker.ts'

/** The content blocks of an answer; `hang` is an answer that never comes. */
export type ScriptedReply = Block[] | 'hang'

/** Claude Code offers this tool when it is started with `--json-schema`, which only a conductor is. */
const STRUCTURED_OUTPUT = 'StructuredOutput'

/** A pure function of the request: the same conversation always gets the same answer of the same conductor. */
export function answer(request: MessagesRequest, conductor: Conductor = conduct): ScriptedReply {
  const conversation = readConversation(request)
  const isConductor = request.tools.some(({ name }) => name === STRUCTURED_OUTPUT)
  return isConductor ? conductor(conversation, STRUCTURED_OUTPUT) : work(conversation)
}
