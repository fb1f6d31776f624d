/** The DynamoDB client, and compare-and-swap on one item, with which every atomic action is written. */
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

/** Locates an item: its table, its key, and the names of its attributes there. */
export interface Stored<Item> {
  readonly table: string
  readonly key: Key
  /** Absent if the table uses the same names as the code. */
  readonly names?: StoredNames<Item>
}

const sameNames = <Item>(): StoredNames<Item> => ({
  read: (stored) => stored as Item,
  write: (attributes) => attributes,
})

const namesOf = <Item>({ write }: StoredNames<Item>, names: readonly string[]) =>
  Object.keys(write(Object.fromEntries(names.map((name) => [name, undefined]))))

/** The versions of items as they were read or written by this process, so that a change need not read them again. */
const versions = new WeakMap<object, number>()

interface Found<Item> {
  /** Undefined if there is no such item. */
  readonly stored?: Item
  readonly version: number
  /** The last writer. */
  readonly by?: unknown
}

/**
 * Applies an atomic action to one item: consistent read, pure transition, conditional write, repeated while other writers
 * win. `absent` makes the item to start from if there is none; without it, returns undefined for a missing item.
 * With `known`, an item as `readItem` or an earlier change returned it, the first attempt starts from that without a read.
 * Throws after `attempts` lost races; the callers' retries handle that.
 */
export async function compareAndSwap<Item extends object, Output>(
  place: Stored<Item>,
  transition: (item: Item) => Transition<Item, Output>,
  absent?: () => Item,
  attempts = 12,
  known?: Item,
): Promise<Transition<Item, Output> | undefined> {
  const writer = randomUUID()
  const start = known && (await changeKnown(place, transition, known, writer))
  if (start?.saved) return start.attempted
  let attempted = start?.attempted
  for (let attempt = 0; attempt < attempts; attempt++) {
    const found = await read(place)
    // Our own write succeeded but its response was lost, so the action must not be repeated.
    if (attempted && found.by === writer) return attempted
    const before = found.stored ?? absent?.()
    if (!before) return undefined
    attempted = transition(before)
    if (attempted.item === found.stored) return attempted
    if (await save(place, found, attempted.item, writer)) return attempted
    await wait(Math.random() * 10 * 2 ** Math.min(attempt, 5))
  }
  throw new Error(`lost ${attempts} races to write ${JSON.stringify(place.key)} in ${place.table}`)
}

/**
 * Starts from an item whose version is known. Without a write, nothing has shown that it is still the current one, so the
 * caller reads it.
 */
async function changeKnown<Item extends object, Output>(
  place: Stored<Item>,
  transition: (item: Item) => Transition<Item, Output>,
  known: Item,
  writer: string,
): Promise<{ attempted: Transition<Item, Output>; saved: boolean } | undefined> {
  const version = versions.get(known)
  if (version === undefined) return undefined
  const attempted = transition(known)
  const saved =
    attempted.item !== known &&
    (await save(place, { stored: known, version }, attempted.item, writer))
  return { attempted, saved }
}

/** Writes an item in place of the one that was found. Returns whether that was still the current one. */
async function save<Item extends object>(
  { table, key, names = sameNames() }: Stored<Item>,
  { stored, version }: Found<Item>,
  item: Item,
  writer: string,
): Promise<boolean> {
  const { set, remove } = difference(stored ?? {}, item, key)
  const changes = { set: names.write(set), remove: namesOf(names, remove) }
  const saved = await write(table, key, changes, { version, writer })
  if (saved) versions.set(item, version + 1)
  return saved
}

/** Stores a new item. Returns whether there was none; also false if a write succeeded whose response was lost. */
export const insertItem = <Item extends object>(stored: Stored<Item>, item: Item) =>
  save(stored, { version: 0 }, item, randomUUID())

/** Returns an item (consistent read), or undefined if there is none. */
export const readItem = async <Item extends object>(
  stored: Stored<Item>,
): Promise<Item | undefined> => (await read(stored)).stored

/** Reads the item, apart from its version and its last writer. */
async function read<Item extends object>({
  table,
  key,
  names = sameNames(),
}: Stored<Item>): Promise<Found<Item>> {
  const { Item: attributes } = await dynamo.send(
    new GetCommand({ TableName: table, Key: key, ConsistentRead: true }),
  )
  if (!attributes) return { version: 0 }
  const { version = 0, writer } = attributes
  return { version: Number(version), by: writer, stored: itemFrom(attributes, names) }
}

/** Returns an item from its attributes, as another request has read them consistently. A change may start from it. */
export function itemFrom<Item extends object>(
  { version = 0, writer: _, ...item }: Attributes,
  names: StoredNames<Item> = sameNames(),
): Item {
  const stored = names.read(item)
  versions.set(stored, Number(version))
  return stored
}

interface Changes {
  readonly set: Attributes
  readonly remove: readonly string[]
}

/** Finds the changed attributes. Comparing identities is enough, because transitions copy what they change. */
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

/** Writes the changes if the item is still at `version`. Returns whether it was. */
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
