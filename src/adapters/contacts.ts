/**
 * The Contacts table: who may write, who tried, which email belongs to which session and which SMS to which
 * delivery, what a short link leads to.
 */
import { createHash } from 'node:crypto'
import { DeleteCommand, GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { contact, entriesFor } from '../channels/address.ts'
import { dynamo } from './dynamo.ts'
import { env } from './environment.ts'

/** Lists of people: who may write and be written to, and who wrote without being among them. */
export type PeopleList = 'allowed' | 'unknown'

const AT = { '#at': 'at' }
const DAY = 86_400
const inDays = (days: number) => Math.floor(Date.now() / 1000) + days * DAY
const UNKNOWN_DAYS = 90
/** Longer than a delivery is tried. */
const SMS_DAYS = 30

/** Whether a number or address, proven to be its sender's, may have something done. */
export async function isAllowed(address: string): Promise<boolean> {
  const entries = entriesFor(address)
  if (entries.some((entry) => configured().includes(entry))) return true
  const found = await Promise.all(entries.map((name) => read('allowed', name)))
  return found.some((item) => item !== undefined)
}

/** Those whom the configuration names. */
export const configured = (): readonly string[] => env('PEOPLE').map((one) => contact.parse(one))

export const allow = (address: string) =>
  update(
    { scope: 'allowed', name: address },
    'SET #at = :at',
    { ':at': new Date().toISOString() },
    AT,
  )

/** Answers whether it was on the list; of the configuration's nobody is taken. */
export async function disallow(address: string): Promise<boolean> {
  const { Attributes } = await dynamo.send(
    new DeleteCommand({
      TableName: env('CONTACTS_TABLE'),
      Key: { scope: 'allowed', name: address },
      ReturnValues: 'ALL_OLD',
    }),
  )
  return Attributes !== undefined
}

/** A key has at most 1,024 bytes and at least one; what a stranger gives as an address may be anything. */
const asKey = (address: string) => address.slice(0, 250) || '?'

/** Somebody who is not on the list has written; kept for 90 days, one item an address. */
export const noteUnknown = (address: string, reason: string) =>
  update(
    { scope: 'unknown', name: asKey(address) },
    'SET #at = :at, reason = :reason, expires = :expires ADD messages :one',
    {
      ':at': new Date().toISOString(),
      ':reason': reason.slice(0, 200),
      ':expires': inDays(UNKNOWN_DAYS),
      ':one': 1,
    },
    AT,
  )

export interface ListedContact {
  readonly name: string
  readonly at: string
  readonly reason?: string
  readonly messages?: number
}

/** One page of a list, in the order of the alphabet. */
export async function listPeople(
  list: PeopleList,
  limit: number,
  start?: Readonly<Record<string, unknown>>,
): Promise<{ people: readonly ListedContact[]; next?: Readonly<Record<string, unknown>> }> {
  const { Items = [], LastEvaluatedKey } = await dynamo.send(
    new QueryCommand({
      TableName: env('CONTACTS_TABLE'),
      KeyConditionExpression: '#scope = :list',
      ExpressionAttributeNames: { '#scope': 'scope' },
      ExpressionAttributeValues: { ':list': list },
      Limit: limit,
      ExclusiveStartKey: start,
    }),
  )
  return { people: Items as ListedContact[], ...(LastEvaluatedKey && { next: LastEvaluatedKey }) }
}

/** Message-IDs may be long, and have characters of all kinds. */
const threadKey = (messageId: string) => ({
  scope: `thread#${createHash('sha256').update(messageId).digest('base64url')}`,
  name: '-',
})

/**
 * The session of the first of these emails that belongs to one; `messageIds` with their angle brackets, best first. An email
 * of ours is answered by whoever has it; what a person wrote is gone on with by that person alone, for a Message-ID that
 * is no secret proves nothing.
 */
export async function sessionOfThread(
  messageIds: readonly string[],
  sender: string,
): Promise<string | undefined> {
  const keys = messageIds.map(threadKey)
  const found = await Promise.all(keys.map(({ scope, name }) => read(scope, name)))
  const email = found.find((item) => item && (item.sender === undefined || item.sender === sender))
  return typeof email?.sessionId === 'string' ? email.sessionId : undefined
}

/** An email belongs to a session, and so does whatever answers it; the first word on it counts. Without `sender` it is ours. */
export async function rememberThread(
  messageId: string,
  sessionId: string,
  sender?: string,
): Promise<void> {
  const expires = inDays(env('HISTORY_DAYS'))
  await update(
    threadKey(messageId),
    'SET sessionId = if_not_exists(sessionId, :session), expires = :expires' +
      (sender === undefined ? '' : ', sender = if_not_exists(sender, :sender)'),
    {
      ':session': sessionId,
      ':expires': expires,
      ...(sender !== undefined && { ':sender': sender }),
    },
  )
}

/** What a short link leads to: the text of a delivery, or a file. */
export interface LinkTarget {
  readonly sessionId: string
  readonly text?: { readonly seq: number; readonly name: string }
  readonly file?: { readonly key: string; readonly name: string }
  /** Seconds since the epoch. */
  readonly expires: number
}

const linkKey = (token: string) => ({ scope: `link#${token}`, name: '-' })

/** In place of an older one, whose time may be nearly over. */
export async function putLink(token: string, target: LinkTarget): Promise<void> {
  const { expires, ...rest } = target
  await update(
    linkKey(token),
    'SET #target = :target, expires = :expires',
    {
      ':target': rest,
      ':expires': expires,
    },
    { '#target': 'target' },
  )
}

/** Nothing for a link that never was, or is over: expired items are removed within days only. */
export async function getLink(token: string): Promise<LinkTarget | undefined> {
  const { scope, name } = linkKey(token)
  const { target, expires } = (await read(scope, name)) ?? {}
  if (typeof expires !== 'number' || expires < Date.now() / 1000) return undefined
  return { ...(target as Omit<LinkTarget, 'expires'>), expires }
}

/** An SMS that Twilio has is one delivery's: the first that says so, and answers true each time that it does. */
export async function claimSms(sid: string, delivery: string): Promise<boolean> {
  const { Attributes } = await update(
    { scope: `sms#${sid}`, name: '-' },
    'SET delivery = if_not_exists(delivery, :delivery), expires = :expires',
    { ':delivery': delivery, ':expires': inDays(SMS_DAYS) },
  )
  return Attributes?.delivery === delivery
}

async function read(scope: string, name: string): Promise<Record<string, unknown> | undefined> {
  const { Item } = await dynamo.send(
    new GetCommand({
      TableName: env('CONTACTS_TABLE'),
      Key: { scope, name },
      ConsistentRead: true,
    }),
  )
  return Item
}

interface Key {
  readonly scope: string
  readonly name: string
}

/** Names that are reserved words of DynamoDB's go by `names`. */
const update = (
  key: Key,
  expression: string,
  values: Readonly<Record<string, unknown>>,
  names?: Readonly<Record<string, string>>,
) =>
  dynamo.send(
    new UpdateCommand({
      TableName: env('CONTACTS_TABLE'),
      Key: { ...key },
      UpdateExpression: expression,
      ...(names && { ExpressionAttributeNames: { ...names } }),
      ExpressionAttributeValues: { ...values },
      ReturnValues: 'ALL_NEW',
    }),
  )
