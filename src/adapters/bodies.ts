/** Messages' bodies and jobs' results, each stored under its id before the session hears of it. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { type Result, result } from '../contract/runner.ts'
import { type Body, body, shownText } from '../core/message.ts'
import { bodyKey, getStored, openDocument, putDocument } from './documents.ts'
import { dynamo } from './dynamo.ts'
import { env } from './environment.ts'
import { bodyNames } from './stored-names.ts'

/** Keeps what is there: the first content under an id is the one that counts. Answers whether this is the first. */
export const putBody = (sessionId: string, id: string, message: Body): Promise<boolean> =>
  putDocument(bodyKey(sessionId, id), bodyNames.write(message), { keep: true })

/** The content expired or was never stored: it cannot be had by trying again. */
export class MissingBody extends Error {
  override readonly name = 'MissingBody'

  constructor(sessionId: string, id: string) {
    super(`message ${id} of session ${sessionId} has no body`)
  }
}

/** A body, and whether its message was marked as appended; undefined when there is none. */
export async function findBody(
  sessionId: string,
  id: string,
): Promise<{ body: Body; appended: boolean } | undefined> {
  const stored = await getStored(bodyKey(sessionId, id))
  const document = stored && (await openDocument(stored))
  if (document === undefined) return undefined
  return { body: body.parse(bodyNames.read(document)), appended: stored?.appended !== undefined }
}

/** Throws MissingBody when there is none: a message that was appended has one. */
export async function getBody(sessionId: string, id: string): Promise<Body> {
  const found = await findBody(sessionId, id)
  if (!found) throw new MissingBody(sessionId, id)
  return found.body
}

export const getBodies = (sessionId: string, messages: readonly { readonly id: string }[]) =>
  Promise.all(messages.map(({ id }) => getBody(sessionId, id)))

/** The text of the messages that a turn answers, as the conductor saw it: what a command's line is compared with. */
export const textOf = (bodies: readonly Body[]) => bodies.map(shownText).join('\n')

/** A body's mark that its message was appended, for when the session itself has forgotten the id. */
export const markAppended = (sessionId: string, id: string, seq: number) =>
  dynamo.send(
    new UpdateCommand({
      TableName: env('CONVERSATIONS_TABLE'),
      Key: { ...bodyKey(sessionId, id) },
      UpdateExpression: 'SET appended = :seq',
      ExpressionAttributeValues: { ':seq': seq },
    }),
  )

export const putResult = (sessionId: string, id: string, value: Result) =>
  putDocument(bodyKey(sessionId, id), value, { keep: true })

/** Throws when there is none: a result is stored before it is noted. */
export async function getResult(sessionId: string, id: string): Promise<Result> {
  const stored = await getStored(bodyKey(sessionId, id))
  const document = stored && (await openDocument(stored))
  if (document === undefined) throw new Error(`result ${id} of session ${sessionId} is not stored`)
  return result.parse(document)
}
