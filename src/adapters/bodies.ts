/** Stores message bodies and job results under their ids, before the session learns of them. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { type Result, result } from '../contract/runner.ts'
import { type Body, body, shownText } from '../core/message.ts'
import { bodyKey, getStored, openDocument, putDocument } from './documents.ts'
import { dynamo } from './dynamo.ts'
import { env } from './environment.ts'
import { bodyNames } from './stored-names.ts'

/** Stores a body unless the id already has one. Returns whether this one was stored. */
export const putBody = (sessionId: string, id: string, message: Body): Promise<boolean> =>
  putDocument(bodyKey(sessionId, id), bodyNames.write(message), { keep: true })

/** Replaces a body. Only a message that is not yet appended may change. */
export const replaceBody = (sessionId: string, id: string, message: Body): Promise<boolean> =>
  putDocument(bodyKey(sessionId, id), bodyNames.write(message))

/** The content has expired or was never stored. Trying again does not help. */
export class MissingBody extends Error {
  override readonly name = 'MissingBody'

  constructor(sessionId: string, id: string) {
    super(`message ${id} of session ${sessionId} has no body`)
  }
}

/** Returns a body and whether its message was marked as appended, or undefined if there is none. */
export async function findBody(
  sessionId: string,
  id: string,
): Promise<{ body: Body; appended: boolean } | undefined> {
  const stored = await getStored(bodyKey(sessionId, id))
  const document = stored && (await openDocument(stored))
  if (document === undefined) return undefined
  return { body: body.parse(bodyNames.read(document)), appended: stored?.appended !== undefined }
}

/** Returns whether the body was deleted, and its id is kept so that the message is not taken for a new one. */
export const wasForgotten = async (sessionId: string, id: string): Promise<boolean> =>
  (await getStored(bodyKey(sessionId, id)))?.forgotten !== undefined

/** Returns the body of an appended message. Throws MissingBody if there is none. */
export async function getBody(sessionId: string, id: string): Promise<Body> {
  const found = await findBody(sessionId, id)
  if (!found) throw new MissingBody(sessionId, id)
  return found.body
}

export const getBodies = (sessionId: string, messages: readonly { readonly id: string }[]) =>
  Promise.all(messages.map(({ id }) => getBody(sessionId, id)))

/** Returns the text of a turn's messages as the conductor saw it. Lines of commands are compared with it. */
export const textOf = (bodies: readonly Body[]) => bodies.map(shownText).join('\n')

/** Marks a body as appended, for when the session itself no longer holds the id. */
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

/** Returns a result. Throws if there is none, because a result is stored before the session refers to it. */
export async function getResult(sessionId: string, id: string): Promise<Result> {
  const stored = await getStored(bodyKey(sessionId, id))
  const document = stored && (await openDocument(stored))
  if (document === undefined) throw new Error(`result ${id} of session ${sessionId} is not stored`)
  return result.parse(document)
}
