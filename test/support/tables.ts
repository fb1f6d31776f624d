/** The tables of a local Baton, for tests that fill them in advance. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import type { TestBaton } from './baton.ts'

type TableName = 'Sessions' | 'Workers' | 'Conversations' | 'Usage'

/** Returns a client and the physical name of a table. */
export function tablesOf({ aws }: Pick<TestBaton, 'aws'>) {
  const { region, endpoint, credentials, resources } = aws
  return {
    client: DynamoDBDocumentClient.from(new DynamoDBClient({ region, endpoint, credentials })),
    nameOf: (table: TableName) =>
      resources.find(`Baton/Storage/${table}`, 'AWS::DynamoDB::GlobalTable').physicalId,
  }
}

export async function putItem(
  baton: TestBaton,
  table: TableName,
  Item: Record<string, unknown>,
): Promise<void> {
  const { client, nameOf } = tablesOf(baton)
  await client.send(new PutCommand({ TableName: nameOf(table), Item }))
}
