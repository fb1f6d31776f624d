/** Stores message bodies and job results under their ids, before the session learns of them. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { type Result, result } from '../contract/runner.ts'
import { type Body, body, shownText } from '../core/message.ts'
import {
  bodyKey,
  getAllStored,
  getStored,
  openDocument,
  putDocument,
  type StoredDocument,
} from './documents.ts'
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
  const found = stored && (await openBody(stored))
  return found && { body: found, appended: stored.appended !== undefined }
}

async function openBody(stored: StoredDocument): Promise<Body | undefined> {
  const document = await openDocument(stored)
  return document === undefined ? undefined : body.parse(bodyNames.read(document))
}

/** Returns whether the body was deleted, and its id is kept so that the message is not taken for a new one. */
export const wasForgotten = async (sessionId: string, id: string): Promise<boolean> =>
  (await getStored(bodyKey(sessionId, id)))?.forgotten !== undefined

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
export const getResult = (sessionId: string, id: string): Promise<Result> =>
  textsOf(sessionId).result(id)

/** Returns the bodies of appended messages. Throws MissingBody if there is one without. */
export const getBodies = (sessionId: string, messages: readonly { readonly id: string }[]) =>
  textsOf(sessionId).bodies(messages)

/** Reads bodies and results of one session. */
export interface StoredTexts {
  /** Reads what is asked for later, in one request. */
  load(ids: readonly string[]): Promise<void>
  /** Throws MissingBody if one has no body. */
  bodies(messages: readonly { readonly id: string }[]): Promise<Body[]>
  /** Omits those that have no body. */
  knownBodies(messages: readonly { readonly id: string }[]): Promise<Body[]>
  result(id: string): Promise<Result>
}

/**
 * Returns a reader that reads each body and each result once, several in one request. What an appended message says never
 * changes, and neither does a result.
 */
export function textsOf(sessionId: string): StoredTexts {
  const read = new Map<string, StoredDocument | undefined>()
  const load = async (ids: readonly string[]) => {
    const unknown = [...new Set(ids)].filter((id) => !read.has(id))
    const found = await getAllStored(unknown.map((id) => bodyKey(sessionId, id)))
    for (const [i, id] of unknown.entries()) read.set(id, found[i])
  }
  const find = async (messages: readonly { readonly id: string }[]) => {
    await load(messages.map(({ id }) => id))
    return Promise.all(
      messages.map(async ({ id }) => {
        const stored = read.get(id)
        return { id, found: stored && (await openBody(stored)) }
      }),
    )
  }
  return {
    load,
    async bodies(messages) {
      return (await find(messages)).map(({ id, found }) => {
        if (!found) throw new MissingBody(sessionId, id)
        return found
      })
    },
    knownBodies: async (messages) => (await find(messages)).flatMap(({ found }) => found ?? []),
    async result(id) {
      await load([id])
      const stored = read.get(id)
      const document = stored && (await openDocument(stored))
      if (document === undefined)
        throw new Error(`result ${id} of session ${sessionId} is not stored`)
      return result.parse(document)
    },
  }
}
