/** The DynamoDB client, and compare-and-swap on one item: how every atomic action of a session or worker is written. */
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { Transition } from '../core/transition.ts'
import type { StoredNames } from './stored-names.ts'

export const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 4 }), {
  marshallOptions: { removeUndefinedValues: true },
})

type Key = Readonly<Record<string, string | number>>
type Attributes = Readonly<Record<string, unknown>>

/** One item: its table, its key, and how its attributes are named there. */
export interface Stored<Item> {
  readonly table: string
  readonly key: Key
  /** Absent where the table calls everything as the code does. */
  readonly names?: StoredNames<Item>
}

const sameNames = <Item>(): StoredNames<Item> => ({
  read: (stored) => stored as Item,
  write: (attributes) => attributes,
})

const namesOf = <Item>({ write }: StoredNames<Item>, names: readonly string[]) =>
  Object.keys(write(Object.fromEntries(names.map((name) => [name, undefined]))))

/**
 * Applies an atomic action to one item: consistent read, pure transition, conditional write; again while others win.
 * `absent` is the item to start from when there is none; without it a missing item answers undefined.
 * Throws after `attempts` lost races, which the callers' retries then survive.
 */
export async function compareAndSwap<Item extends object, Output>(
  { table, key, names = sameNames() }: Stored<Item>,
  transition: (item: Item) => Transition<Item, Output>,
  absent?: () => Item,
  attempts = 12,
): Promise<Transition<Item, Output> | undefined> {
  const writer = randomUUID()
  let attempted: Transition<Item, Output> | undefined
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { version, by, stored: attributes } = await read(table, key)
    const stored = attributes && names.read(attributes)
    // Our own write went through and its answer was lost: the action is done, not to be done twice.
    if (attempted && by === writer) return attempted
    const before = stored ?? absent?.()
    if (!before) return undefined
    attempted = transition(before)
    if (stored && attempted.item === stored) return attempted
    const { set, remove } = difference(stored ?? {}, attempted.item, key)
    const changes = { set: names.write(set), remove: namesOf(names, remove) }
    if (await write(table, key, changes, { version, writer })) return attempted
    await wait(Math.random() * 10 * 2 ** Math.min(attempt, 5))
  }
  throw new Error(`${attempts} others were faster with ${JSON.stringify(key)} in ${table}`)
}

/** The item without the bookkeeping of the swap itself: a version, and who wrote it. */
async function read(table: string, key: Key) {
  const { Item: stored } = await dynamo.send(
    new GetCommand({ TableName: table, Key: key, ConsistentRead: true }),
  )
  if (!stored) return { version: 0 }
  const { version = 0, writer: by, ...item } = stored
  return { version: Number(version), by, stored: item }
}

interface Changes {
  readonly set: Attributes
  readonly remove: readonly string[]
}

/** Only attributes that changed are sent; identity is enough, since transitions copy what they change. */
function difference(before: object, after: object, key: Key): Changes {
  const old = new Map<string, unknown>(Object.entries(before))
  const next = Object.entries(after).filter(([name]) => !(name in key))
  const kept = new Set(next.filter(([, value]) => value !== undefined).map(([name]) => name))
  return {
    set: Object.fromEntries(
      next.filter(([name, value]) => kept.has(name) && old.get(name) !== value),
    ),
    remove: [...old.keys()].filter((name) => !kept.has(name) && !(name in key)),
  }
}

/** Answers whether the item was still at `version`. */
async function write(
  table: string,
  key: Key,
  { set, remove }: Changes,
  { version, writer }: { version: number; writer: string },
): Promise<boolean> {
  const values = Object.entries({ ...set, version: version + 1, writer })
  const removed = remove.map((_, i) => `#r${i}`)
  try {
    await dynamo.send(
      new UpdateCommand({
        TableName: table,
        Key: key,
        ConditionExpression: version === 0 ? 'attribute_not_exists(version)' : 'version = :current',
        UpdateExpression: `SET ${values.map((_, i) => `#s${i} = :s${i}`).join(', ')}${
          removed.length > 0 ? ` REMOVE ${removed.join(', ')}` : ''
        }`,
        ExpressionAttributeNames: Object.fromEntries([
          ...values.map(([name], i) => [`#s${i}`, name]),
          ...remove.map((name, i) => [`#r${i}`, name]),
        ]),
        ExpressionAttributeValues: Object.fromEntries([
          ...values.map(([, value], i) => [`:s${i}`, value]),
          ...(version === 0 ? [] : [[':current', version]]),
        ]),
      }),
    )
    return true
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false
    throw error
  }
}
