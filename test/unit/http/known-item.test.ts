/** A change starts from the item as it was last read or written, and reads it again only if that may not hold any more. */
import { beforeEach, expect, test, vi } from 'vitest'
import { changeSession, readSession } from '../../../src/adapters/sessions.ts'
import { transition, unchanged } from '../../../src/core/transition.ts'
import { answer, startProvider } from '../channels/provider.ts'
import { setDeployment } from './deployment.ts'

setDeployment()
const dynamo = await startProvider()
beforeEach(() => {
  vi.stubEnv('AWS_ENDPOINT_URL', dynamo.url)
})

const N = (value: number) => ({ N: String(value) })
const stored = (version: number, lastSeq: number) =>
  answer(200, {
    Item: {
      sessionId: { S: 'main' },
      version: N(version),
      lastSeq: N(lastSeq),
      run: { M: { open: { BOOL: true } } },
    },
  })
const written = answer(200, {})
const lost = answer(400, {
  __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
})

/** Answers these one after the other, and returns how many requests came. */
async function asked(replies: ReturnType<typeof answer>[], act: () => Promise<void>) {
  const before = dynamo.asked.length
  let next = 0
  dynamo.react = (...given) => (replies[next++] ?? written)(...given)
  await act()
  return dynamo.asked.length - before
}

const count = () =>
  changeSession('main', (item) => transition({ ...item, lastSeq: item.lastSeq + 1 }, undefined))

test('a session that was read is written without another read, and so is one that was written', async () => {
  const requests = await asked([stored(3, 7), written, written], async () => {
    const session = await readSession('main')
    const first = await changeSession(session ?? expect.unreachable(), (item) =>
      transition({ ...item, lastSeq: 8 }, undefined),
    )
    await changeSession(first?.item ?? expect.unreachable(), (item) =>
      transition({ ...item, lastSeq: item.lastSeq + 1 }, undefined),
    )
  })
  expect(requests).toBe(3)
})

test('if another writer came first, it is read again', async () => {
  const requests = await asked([stored(3, 7), lost, stored(4, 9), written], async () => {
    const session = await readSession('main')
    const changed = await changeSession(session ?? expect.unreachable(), (item) =>
      transition({ ...item, lastSeq: item.lastSeq + 1 }, undefined),
    )
    expect(changed?.item.lastSeq).toBe(10)
  })
  expect(requests).toBe(4)
})

test('that nothing is to be changed is decided on the item as it is', async () => {
  await asked([stored(3, 7), stored(4, 9)], async () => {
    const session = await readSession('main')
    const seen = await changeSession(session ?? expect.unreachable(), (item) =>
      unchanged(item, item.lastSeq),
    )
    expect(seen?.output).toBe(9)
  })
})

test('by its id, a session is read first', async () => {
  expect(await asked([stored(3, 7), written], async () => void (await count()))).toBe(2)
})
