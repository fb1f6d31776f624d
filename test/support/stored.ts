/** All that a local Baton stores and logs, for searches: lines of its log, items, executions, objects and files. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb'
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3'
import {
  DescribeExecutionCommand,
  paginateGetExecutionHistory,
  paginateListExecutions,
  SFNClient,
} from '@aws-sdk/client-sfn'
import type { TestBaton } from './baton.ts'
import type { Seen } from './canaries.ts'

/** Returns what is stored now. */
export async function storedBy(baton: TestBaton): Promise<readonly Seen[]> {
  return [
    { place: 'log', content: baton.log.join('\n') },
    ...(await itemsOf(baton)),
    ...(await executionsOf(baton)),
    ...(await objectsOf(baton)),
  ]
}

const idsOf = ({ aws }: TestBaton, wanted: string) =>
  aws.resources.all.filter(({ type }) => type === wanted)

async function itemsOf(baton: TestBaton): Promise<readonly Seen[]> {
  const { region, endpoint, credentials } = baton.aws
  const client = new DynamoDBClient({ region, endpoint, credentials })
  const seen: Seen[] = []
  for (const { physicalId: TableName } of idsOf(baton, 'AWS::DynamoDB::GlobalTable'))
    for await (const { Items = [] } of paginateScan({ client }, { TableName }))
      for (const item of Items)
        seen.push({ place: `table ${TableName}`, content: JSON.stringify(item) })
  return seen
}

/** Inputs, outputs, errors and events. */
async function executionsOf(baton: TestBaton): Promise<readonly Seen[]> {
  const { region, endpoint, credentials } = baton.aws
  const client = new SFNClient({ region, endpoint, credentials })
  const seen: Seen[] = []
  for (const { arn: stateMachineArn } of idsOf(baton, 'AWS::StepFunctions::StateMachine'))
    for await (const { executions = [] } of paginateListExecutions({ client }, { stateMachineArn }))
      for (const { executionArn } of executions) {
        const described = await client.send(new DescribeExecutionCommand({ executionArn }))
        seen.push({ place: 'execution', content: JSON.stringify(described) })
        for await (const page of paginateGetExecutionHistory({ client }, { executionArn }))
          seen.push({ place: 'execution history', content: JSON.stringify(page.events) })
      }
  return seen
}

async function objectsOf(baton: TestBaton): Promise<readonly Seen[]> {
  const { region, endpoint, credentials } = baton.aws
  const client = new S3Client({ region, endpoint, credentials, forcePathStyle: true })
  const seen: Seen[] = []
  for (const { physicalId: Bucket } of idsOf(baton, 'AWS::S3::Bucket'))
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket }))
      for (const { Key = '' } of Contents) {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
        const content = Buffer.from((await Body?.transformToByteArray()) ?? [])
        seen.push({ place: `object ${Key}`, content })
      }
  return seen
}

/** What is installed is not written by commands. */
const PASSED_OVER = ['node_modules', '.git']

/** Returns the files below a folder that were written since a time in ms, by their paths. */
export const filesBelow = (folder: string, since: number): readonly Seen[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const place = path.join(folder, entry.name)
    if (entry.isDirectory()) return PASSED_OVER.includes(entry.name) ? [] : filesBelow(place, since)
    const isNew = entry.isFile() && (statSync(place, GONE)?.mtimeMs ?? 0) >= since
    return isNew ? [{ place: `file ${place}`, content: readFileSync(place) }] : []
  })

/** Files of a Baton that runs come and go. */
const GONE = { throwIfNoEntry: false } as const
