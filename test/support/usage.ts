/** What the scripted model sent, and what was counted, for comparison. */
import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { countSettled, type Ledger, newLedger } from '../../src/core/ledger.ts'
import { answerTally } from '../../src/core/prices.ts'
import { add, type Tally } from '../../src/core/tally.ts'
import type { TestBaton } from './baton.ts'
import { tablesOf } from './tables.ts'

/** Returns a client for the Usage table of a local Baton. */
export function usageTable(baton: TestBaton) {
  const { client, nameOf } = tablesOf(baton)
  const TableName = nameOf('Usage')
  return {
    name: TableName,
    async ledger(sessionId: string): Promise<Ledger> {
      const Key = { scope: `session#${sessionId}`, part: 0 }
      const { Item } = await client.send(new GetCommand({ TableName, Key }))
      return countSettled((Item as Ledger | undefined) ?? newLedger)
    },
    /** Returns today's total of all sessions, as far as they have posted it. */
    async day(): Promise<Tally> {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName,
          ConsistentRead: true,
          KeyConditionExpression: '#scope = :scope AND part > :whole',
          ExpressionAttributeNames: { '#scope': 'scope' },
          ExpressionAttributeValues: {
            ':scope': `day#${new Date().toISOString().slice(0, 10)}`,
            ':whole': 0,
          },
        }),
      )
      return sumOf(Items)
    },
  }
}

const sumOf = (items: readonly Record<string, unknown>[]): Tally =>
  add(
    ...items.flatMap(({ scope: _, part: __, expires: ___, ...posted }) =>
      Object.values(posted as Record<string, { tally: Tally }>).map(({ tally }) => tally),
    ),
  )

/** Returns the usage of what the scripted model sent. */
export const sentBy = ({ model }: TestBaton): Tally =>
  add(
    ...(model?.requests ?? []).flatMap(({ request, usage }) =>
      usage
        ? [
            answerTally(request.model, {
              input: usage.input_tokens,
              output: usage.output_tokens,
              cacheRead: usage.cache_read_input_tokens,
              cacheWrite: usage.cache_creation_input_tokens,
              cacheWrite1h: 0,
              webSearches: 0,
            }),
          ]
        : [],
    ),
  )

/** Returns the part of a tally that is about models. */
export const modelsOf = (tally: Tally): Tally =>
  Object.fromEntries(
    Object.entries(tally).filter(([name]) =>
      /^(answers|nanoUsd|unpriced|tokens\.|model\.)/.test(name),
    ),
  )

/** Returns how often `continue` raises the budget after this pause; 0 without one. */
export const raisesOf = (pause = ''): number =>
  pause === '' ? 0 : Number(/same amount (\d+) times/.exec(pause)?.[1] ?? 1)
