/**
 * The Contacts table: allowed people, unknown senders, the session of each email thread, the delivery of each SMS, and
 * the targets of short links.
 */
import { createHash } from 'node:crypto'
import { DeleteCommand, GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { entriesFor } from '../channels/address.ts'
import { contact } from '../channels/index.ts'
import { CONFIGURED_PEOPLE } from '../core/configured-people.ts'
import { dynamo } from './dynamo.ts'
import { env } from './environment.ts'

/** The lists of people: those who may exchange messages with Baton, and unknown senders. */
export type PeopleList = 'allowed' | 'unknown'

const AT = { '#at': 'at' }
const DAY = 86_400
const inDays = (days: number) => Math.floor(Date.now() / 1000) + days * DAY
const UNKNOWN_DAYS = 90
/** Longer than Baton tries a delivery. */
const SMS_DAYS = 30

/** Returns whether a number or address is on the allow list. The sender must be proven already. */
export async function isAllowed(address: string): Promise<boolean> {
  const entries = entriesFor(address)
  const listed = await configured()
  if (entries.some((entry) => listed.includes(entry))) return true
  const found = await Promise.all(entries.map((name) => read('allowed', name)))
  return found.some((item) => item !== undefined)
}

/** Returns the people in the deployment's configuration. */
export async function configured(): Promise<readonly string[]> {
  if (!env('PEOPLE_IN_TABLE')) return contacts.parse(env('PEOPLE'))
  const { scope, name } = CONFIGURED_PEOPLE
  return contacts.parse((await read(scope, name))?.people)
}

const contacts = z.array(contact)

/** Adds a person, or changes their entry. `email` gets replies that SMS cannot bring. */
export const allow = (address: string, email?: string) =>
  update(
    { scope: 'allowed', name: address },
    email === undefined ? 'SET #at = :at REMOVE email' : 'SET #at = :at, email = :email',
    { ':at': new Date().toISOString(), ...(email !== undefined && { ':email': email }) },
    AT,
  )

/** Returns the email address that the operator has given for a number, or undefined if there is none. */
export async function emailOf(number: string): Promise<string | undefined> {
  const { email } = (await read('allowed', number)) ?? {}
  return typeof email === 'string' ? email : undefined
}

/** Removes a person from the list. Returns whether they were on it. People in the configuration cannot be removed. */
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

/** A stranger's address can be any text, but a key must have 1 to 1,024 bytes. */
const asKey = (address: string) => address.slice(0, 250) || '?'

/** Records an unknown sender for 90 days, one item an address. */
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
  readonly email?: string
}

/** Returns one page of a list, in alphabetical order. */
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

/** Hashed, because Message-IDs may be long and contain any character. */
const threadKey = (messageId: string) => ({
  scope: `thread#${createHash('sha256').update(messageId).digest('base64url')}`,
  name: '-',
})

/**
 * Returns the session of the first of these emails that has one. `messageIds` have angle brackets, best first. Anyone may
 * continue from one of Baton's emails, because its Message-ID is secret. A person's email can only be continued by the
 * same person, because its Message-ID proves nothing.
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

/**
 * Records the session of an email, so that replies find it. The first call for an email wins. Without `sender` it is
 * Baton's own.
 */
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

/** The target of a short link: the text of a delivery, or a file. */
export interface LinkTarget {
  readonly sessionId: string
  readonly text?: { readonly seq: number; readonly name: string }
  readonly file?: { readonly key: string; readonly name: string }
  /** Seconds since the epoch. */
  readonly expires: number
}

const linkKey = (token: string) => ({ scope: `link#${token}`, name: '-' })

/** Stores a link. Replaces an older one, which may be about to expire. */
export async function putLink(token: string, target: LinkTarget): Promise<void> {
  const { expires, ...stored } = target
  await update(
    linkKey(token),
    'SET #target = :target, expires = :expires',
    {
      ':target': stored,
      ':expires': expires,
    },
    { '#target': 'target' },
  )
}

/**
 * Returns a link's target, or undefined if the link is unknown or expired. DynamoDB removes expired items only after
 * days.
 */
export async function getLink(token: string): Promise<LinkTarget | undefined> {
  const { scope, name } = linkKey(token)
  const { target, expires } = (await read(scope, name)) ?? {}
  if (typeof expires !== 'number' || expires < Date.now() / 1000) return undefined
  return { ...(target as Omit<LinkTarget, 'expires'>), expires }
}

/** Assigns an SMS at Twilio to the first delivery that claims it. Returns whether it belongs to this delivery. */
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

/** `names` holds placeholders for names that are reserved words in DynamoDB. */
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
