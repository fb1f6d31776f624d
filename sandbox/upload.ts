/** Uploads to presigned links, which create an object and overwrite none. */
import type { HttpRequest } from './exchange.ts'
import { isLasting, type Persistence, request } from './retry.ts'

/** Deleting a conversation leaves empty objects where its jobs may still upload. */
export class ConversationDeleted extends Error {
  override readonly name = 'ConversationDeleted'

  constructor() {
    super('the conversation was deleted')
  }
}

const EXISTS = 412
/** S3's response to two uploads of one object at once. */
const CONFLICT = 409

/**
 * Returns the HTTP status if the upload was refused, or undefined. Throws `ConversationDeleted` if an object is there
 * already. But if this is not the first attempt, an earlier one may have put it there, and only its response was lost. If
 * the conversation was deleted meanwhile, the callback drops the result.
 */
export async function upload(
  url: string,
  outgoing: Pick<HttpRequest, 'headers' | 'body'>,
  persistence: Omit<Persistence, 'settles'>,
): Promise<number | undefined> {
  const put = { ...outgoing, method: 'PUT' as const }
  const { ok, status, attempts } = await request(url, put, {
    ...persistence,
    settles: (answer) => isLasting(answer) && answer.status !== CONFLICT,
  })
  if (status !== EXISTS) return ok ? undefined : status
  if (attempts === 1) throw new ConversationDeleted()
  return undefined
}
