/** A table that exists gains and loses global secondary indexes in place; other changes are refused. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  type AttributeValue,
  DeleteItemCommand,
  DescribeTableCommand,
  PutItemCommand,
  paginateQuery,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { Stack } from 'aws-cdk-lib'
import {
  AttributeType,
  type GlobalSecondaryIndexPropsV2,
  ProjectionType,
  type TablePropsV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb'
import { afterEach, expect, test } from 'vitest'
import { type Running, run } from './fixture/run.ts'
import { scratch, synthesiseOnly } from './fixture/stack.ts'

const text = (name: string) => ({ name, type: AttributeType.STRING })
const number = (name: string) => ({ name, type: AttributeType.NUMBER })

const byName = { indexName: 'byName', partitionKey: text('name') }
const byColor = {
  indexName: 'byColor',
  partitionKey: text('color'),
  sortKey: number('size'),
  projectionType: ProjectionType.INCLUDE,
  nonKeyAttributes: ['name'],
}

const assembly = (indexes: GlobalSecondaryIndexPropsV2[], more: Partial<TablePropsV2> = {}) =>
  synthesiseOnly((stack: Stack) => {
    new TableV2(stack, 'Table', {
      partitionKey: text('id'),
      sortKey: number('part'),
      globalSecondaryIndexes: indexes,
      ...more,
    })
  })

let open: Running[] = []
afterEach(async () => {
  for (const running of open) await running.close()
  open = []
})

/** Starts the only stack that runs in this test. */
async function start(stateDir: string, cloudAssembly: string) {
  for (const running of open.splice(0)) await running.close()
  const running = await run(cloudAssembly, { stateDir })
  open.push(running)
  const { dynamodb } = running
  const TableName = running.resources.find('Small/Table').physicalId
  const key = (id: string) => ({ id: { S: id }, part: { N: '1' } })
  return {
    put: (id: string, color?: string, size = 0) =>
      dynamodb.send(
        new PutItemCommand({
          TableName,
          Item: {
            ...key(id),
            name: { S: `name of ${id}` },
            text: { S: 'long' },
            ...(color !== undefined && { color: { S: color }, size: { N: String(size) } }),
          },
        }),
      ),
    paint: (id: string, color: string) =>
      dynamodb.send(
        new UpdateItemCommand({
          TableName,
          Key: key(id),
          UpdateExpression: 'SET color = :color',
          ExpressionAttributeValues: { ':color': { S: color } },
        }),
      ),
    remove: (id: string) => dynamodb.send(new DeleteItemCommand({ TableName, Key: key(id) })),
    ids: async () => {
      const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName }))
      return Items.map(({ id }) => id?.S).sort()
    },
    indexes: async () => {
      const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }))
      return Table?.GlobalSecondaryIndexes?.map(({ IndexName, IndexStatus }) => [
        IndexName,
        IndexStatus,
      ])
    },
    /** All items of a partition of an index, one in each page. */
    query: async (IndexName: string, attribute: string, value: string) => {
      const pages = paginateQuery(
        { client: dynamodb, pageSize: 1 },
        {
          TableName,
          IndexName,
          KeyConditionExpression: '#key = :value',
          ExpressionAttributeNames: { '#key': attribute },
          ExpressionAttributeValues: { ':value': { S: value } },
        },
      )
      const found: Record<string, AttributeValue>[] = []
      for await (const { Items = [] } of pages) found.push(...Items)
      return found
    },
  }
}

type Started = Awaited<ReturnType<typeof start>>

const ofColor = async ({ query }: Started, color: string) =>
  (await query('byColor', 'color', color)).map(({ id }) => id?.S)

test('a table gains an index of the items that it has, and the index follows their changes', async () => {
  const stateDir = scratch('gains')
  const before = await start(stateDir, assembly([byName]))
  await before.put('large', 'red', 10)
  await before.put('small', 'red', -2)
  await before.put('middle', 'red', 9)
  await before.put('leaf', 'green', 1)
  await before.put('air')

  const after = await start(stateDir, assembly([byName, byColor]))
  expect(await after.indexes()).toEqual([
    ['byName', 'ACTIVE'],
    ['byColor', 'ACTIVE'],
  ])
  const found = await after.query('byColor', 'color', 'red')
  expect(found.map(({ id }) => id?.S)).toEqual(['small', 'middle', 'large'])
  expect(found[0]).toEqual({
    id: { S: 'small' },
    part: { N: '1' },
    color: { S: 'red' },
    size: { N: '-2' },
    name: { S: 'name of small' },
  })
  expect(await after.query('byName', 'name', 'name of air')).toHaveLength(1)
  expect(await after.ids()).toEqual(['air', 'large', 'leaf', 'middle', 'small'])

  await after.paint('middle', 'green')
  await after.remove('large')
  await after.put('new', 'red', 3)
  const again = await start(stateDir, assembly([byName, byColor]))
  expect(await ofColor(again, 'red')).toEqual(['small', 'new'])
  expect(await ofColor(again, 'green')).toEqual(['leaf', 'middle'])
}, 120_000)

test('a table loses an index, and gets it back without entries of the past', async () => {
  const stateDir = scratch('loses')
  const before = await start(stateDir, assembly([byColor]))
  await before.put('apple', 'red', 1)
  await before.put('cherry', 'red', 2)

  const without = await start(stateDir, assembly([]))
  expect(await without.indexes()).toBeUndefined()
  await expect(ofColor(without, 'red')).rejects.toThrow(/does not have the specified index/)
  expect(await without.ids()).toEqual(['apple', 'cherry'])
  await without.paint('apple', 'green')
  await without.remove('cherry')

  const back = await start(stateDir, assembly([byName, byColor]))
  expect(await ofColor(back, 'red')).toEqual([])
  expect(await ofColor(back, 'green')).toEqual(['apple'])
}, 120_000)

/** Starts an assembly in a process of its own, which is killed before a write. Returns whether it was. */
async function crashed(stateDir: string, cloudAssembly: string, write: number): Promise<boolean> {
  const file = fileURLToPath(new URL('fixture/killable.ts', import.meta.url))
  const first = new URL('fixture/kill-before-write.ts', import.meta.url)
  const child = fork(file, [cloudAssembly, stateDir], {
    execArgv: ['--import', first.href],
    env: { ...process.env, KILL_BEFORE_WRITE: String(write) },
  })
  const exit = once(child, 'exit')
  const crash = await Promise.race([
    exit.then(([code, signal]) => {
      expect([code, signal]).toEqual([null, 'SIGKILL'])
      return true
    }),
    once(child, 'message').then(() => false),
  ])
  child.kill('SIGKILL')
  await exit
  return crash
}

test('a crash before any write of the change leaves the table usable, and the change is repeated', async () => {
  const original = scratch('crash')
  const [old, next] = [assembly([byName]), assembly([byColor])]
  const before = await start(original, old)
  await before.put('apple', 'red', 1)
  await before.put('cherry', 'red', 2)
  await before.put('leaf', 'green', 3)
  for (const running of open.splice(0)) await running.close()

  let write = 0
  let crash = true
  while (crash) {
    write += 1
    const stateDir = scratch('crashed')
    cpSync(original, stateDir, { recursive: true })
    crash = await crashed(stateDir, next, write)
    // The version before may run between the crash and the next attempt.
    const between = await start(stateDir, old)
    expect(await between.query('byName', 'name', 'name of leaf')).toHaveLength(1)
    await between.paint('apple', 'green')
    const after = await start(stateDir, next)
    expect(await ofColor(after, 'red')).toEqual(['cherry'])
    expect(await ofColor(after, 'green')).toEqual(['apple', 'leaf'])
  }
  expect(write).toBeGreaterThan(1)
}, 240_000)

test('a crash before any write of the first start leaves no table that cannot be used', async () => {
  const cloudAssembly = assembly([byColor])
  let write = 0
  let crash = true
  while (crash) {
    write += 1
    const stateDir = scratch('first')
    crash = await crashed(stateDir, cloudAssembly, write)
    const after = await start(stateDir, cloudAssembly)
    await after.put('apple', 'red', 1)
    expect(await ofColor(after, 'red')).toEqual(['apple'])
  }
  expect(write).toBeGreaterThan(1)
}, 240_000)

test.each([
  [
    'another key of an index under the same name',
    () => assembly([byName, { ...byColor, sortKey: text('size') }]),
  ],
  [
    'other attributes in an index',
    () => assembly([byName, { ...byColor, nonKeyAttributes: ['text'] }]),
  ],
  [
    'a local secondary index',
    () =>
      assembly([byName, byColor], {
        localSecondaryIndexes: [{ indexName: 'own', sortKey: text('name') }],
      }),
  ],
])(
  '%s is refused beside a new index, and nothing has changed',
  async (_, changed) => {
    const stateDir = scratch('refused')
    const original = assembly([byColor])
    const before = await start(stateDir, original)
    await before.put('apple', 'red', 1)
    await expect(start(stateDir, changed())).rejects.toThrow(/Table Small-Table\w+ has other keys/)
    expect(await ofColor(await start(stateDir, original), 'red')).toEqual(['apple'])
  },
  120_000,
)

test('an index on an attribute of another type is refused, and nothing has changed', async () => {
  const stateDir = scratch('mistyped')
  const original = assembly([byName])
  const before = await start(stateDir, original)
  await before.put('apple', 'red', 1)
  const mistyped = assembly([byName, { indexName: 'bySize', partitionKey: text('size') }])
  await expect(start(stateDir, mistyped)).rejects.toThrow(
    /Index bySize cannot be added to table Small-Table\w+ .*size is not of type S/,
  )
  const after = await start(stateDir, original)
  expect(await after.indexes()).toEqual([['byName', 'ACTIVE']])
}, 120_000)
