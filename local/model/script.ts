/**
 * Responds to a request as the scripted model: by the conductor's rules if a turn is requested, otherwise by the
 * worker's or the verifier's.
 */
import { type Conductor, conduct } from './conductor.ts'
import { readConversation } from './conversation.ts'
import type { MessagesRequest, ScriptedReply } from './messages-api.ts'
import { verify } from './verifier.ts'
import { work } from './worker.ts'

/** Claude Code offers this tool if it is started with `--json-schema`. */
const STRUCTURED_OUTPUT = 'StructuredOutput'

const WORKER_FRAMES = ['TASK', 'CRITERIA', 'INSTRUCTIONS']

/** A pure function: the same conductor always responds to the same conversation in the same way. */
export function answer(request: MessagesRequest, conductor: Conductor = conduct): ScriptedReply {
  const conversation = readConversation(request)
  const tool = request.tools.find(({ name }) => name === STRUCTURED_OUTPUT)?.name
  if (conversation.prompt.some(({ kind }) => kind === 'CLAIMS')) return verify(conversation, tool)
  const isWorker = conversation.prompt.some(({ kind }) => WORKER_FRAMES.includes(kind))
  return isWorker || tool === undefined ? work(conversation, tool) : conductor(conversation, tool)
}
