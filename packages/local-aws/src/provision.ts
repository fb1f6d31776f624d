/** Creates the stack's tables, queues and buckets through the endpoint and SDK that its functions use. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { SQSClient } from '@aws-sdk/client-sqs'
import type { Clock } from './clock.ts'
import { region } from './identity.ts'
import { createBuckets } from './objects.ts'
import { createQueues } from './queues.ts'
import type { Credentials } from './signature.ts'
import type { Stack } from './stack.ts'
import { createTable, stackTables, sweepExpired } from './tables.ts'

export interface SdkClients {
  readonly dynamodb: DynamoDBClient
  readonly s3: S3Client
  readonly sqs: SQSClient
  close(): void
}

export function sdkClients(endpoint: string, credentials: Credentials): SdkClients {
  const config = { endpoint, credentials, region }
  const dynamodb = new DynamoDBClient(config)
  const s3 = new S3Client(config)
  const sqs = new SQSClient(config)
  return {
    dynamodb,
    s3,
    sqs,
    close: () => {
      for (const client of [dynamodb, s3, sqs]) client.destroy()
    },
  }
}

/**
 * Creates the tables, queues and buckets that do not exist. Returns a function that stops the deletion of expired
 * items.
 */
export async function provision(
  stack: Stack,
  { dynamodb, s3, sqs }: SdkClients,
  clock: Clock,
  log: (line: string) => void,
): Promise<() => void> {
  const tables = stackTables(stack)
  await Promise.all([
    ...tables.map((table) => createTable(dynamodb, table)),
    createQueues(sqs, stack.all('AWS::SQS::Queue')),
    createBuckets(
      s3,
      stack.all('AWS::S3::Bucket').map(({ name }) => name),
    ),
  ])
  const ends = tables.map((table) => sweepExpired(dynamodb, table, clock, log))
  return () => {
    for (const end of ends) end()
  }
}
