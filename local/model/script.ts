/**
 * Responds to a request as the scripted model: by the conductor's rules if a turn is requested, otherwise by the
 * worker's.
 */
import { type Conductor, conduct } from './conductor.ts'
import { readConversation } from './conversation.ts'
import type { Block, MessagesRequest } from './messages-api.ts'
import { work } from './worker.ts'

/** The content blocks of a response; `hang` is a response that never comes. */
export type ScriptedReply = Block[] | 'hang'

/** Claude Code offers this tool if it is started with `--json-schema`, which is done for conductors only. */
const STRUCTURED_OUTPUT = 'StructuredOutput'

/** A pure function: the same conductor always responds to the same conversation in the same way. */
export function answer(request: MessagesRequest, conductor: Conductor = conduct): ScriptedReply {
  const conversation = readConversation(request)
  const isConductor = request.tools.some(({ name }) => name === STRUCTURED_OUTPUT)
  return isConductor ? conductor(conversation, STRUCTURED_OUTPUT) : work(conversation)
}
