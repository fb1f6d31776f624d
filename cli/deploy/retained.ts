/** What stays when a stack is deleted, and how to remove that, too. */
import * as z from 'zod'
import { told } from '../aws.ts'
import { type Resource, resourcesOf } from '../stack-resources.ts'
import type { Reporter } from './reporter.ts'

const TABLE = 'AWS::DynamoDB::GlobalTable'
const BUCKET = 'AWS::S3::Bucket'
const SECRET = 'AWS::SecretsManager::Secret'
const LOGS = 'AWS::Logs::LogGroup'

/** Dollars a GB and month, at list price in us-east-1: what is stored, and for tables the backups of 35 days. */
const COSTS: Readonly<Record<string, string>> = {
  [TABLE]: '$0.45 a GB and month ($0.25 stored, $0.20 for recovery)',
  [BUCKET]: '$0.023 a GB and month',
}

const template = z.object({
  Resources: z.record(z.string(), z.looseObject({ DeletionPolicy: z.string().optional() })),
})

export interface Contents {
  /** What deleting the stack leaves. */
  readonly retained: readonly Resource[]
  /** Names that AWS may keep for a while or make again, so that they are deleted once more. */
  readonly named: readonly Resource[]
  readonly count: number
}

/** Returns what a stack has. */
export async function contentsOf(StackName: string): Promise<Contents> {
  const { CloudFormationClient, GetTemplateCommand } = await import(
    '@aws-sdk/client-cloudformation'
  )
  const client = new CloudFormationClient({ maxAttempts: 2 })
  const { TemplateBody = '' } = await told(client.send(new GetTemplateCommand({ StackName })))
  const { Resources } = template.parse(JSON.parse(TemplateBody))
  const resources = await resourcesOf(StackName)
  const isKept = ({ logicalId }: Resource) =>
    Resources[logicalId]?.DeletionPolicy?.startsWith('Retain') === true
  return {
    retained: resources.filter(isKept),
    named: resources.filter(({ type }) => type === SECRET || type === LOGS),
    count: resources.length,
  }
}

export const costOf = ({ type }: Resource): string => COSTS[type] ?? 'no cost is known'

/** Deletes tables and buckets with all they hold, and what is left of secrets and log groups. */
export async function removeAll(
  { retained, named }: Pick<Contents, 'retained' | 'named'>,
  reporter: Reporter,
): Promise<void> {
  for (const { type, physicalId, logicalId } of [...retained, ...named]) {
    const remove = REMOVING[type]
    if (remove === undefined) {
      reporter.step(`Kept ${type} ${physicalId || logicalId}: delete it by hand.`)
      continue
    }
    await told(ignoringMissing(remove(physicalId)))
    reporter.step(`Deleted ${type} ${physicalId}`)
  }
}

const MISSING = ['ResourceNotFoundException', 'NoSuchBucket', 'NotFound']

async function ignoringMissing(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof Error && MISSING.includes(error.name))) throw error
  })
}

const REMOVING: Readonly<Record<string, (physicalId: string) => Promise<unknown>>> = {
  [TABLE]: removeTable,
  [BUCKET]: removeBucket,
  [SECRET]: removeSecret,
  [LOGS]: removeLogs,
}

async function removeTable(TableName: string) {
  const { DeleteTableCommand, DynamoDBClient, UpdateTableCommand, waitUntilTableExists } =
    await import('@aws-sdk/client-dynamodb')
  const client = new DynamoDBClient({ maxAttempts: 5 })
  await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }))
  await waitUntilTableExists({ client, maxWaitTime: 120 }, { TableName })
  await client.send(new DeleteTableCommand({ TableName }))
}

async function removeBucket(Bucket: string) {
  const s3 = await import('@aws-sdk/client-s3')
  const client = new s3.S3Client({ maxAttempts: 5 })
  for (;;) {
    // What is deleted is not on the next first page.
    const page = await client.send(new s3.ListObjectVersionsCommand({ Bucket }))
    const { Versions = [], DeleteMarkers = [] } = page
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({
      Key,
      VersionId,
    }))
    if (Objects.length === 0) break
    const Delete = { Objects, Quiet: true }
    const { Errors = [] } = await client.send(new s3.DeleteObjectsCommand({ Bucket, Delete }))
    if (Errors[0]) throw new Error(`${Errors[0].Key}: ${Errors[0].Message}`)
  }
  await client.send(new s3.DeleteBucketCommand({ Bucket }))
}

async function removeSecret(SecretId: string) {
  const { DeleteSecretCommand, SecretsManagerClient } = await import(
    '@aws-sdk/client-secrets-manager'
  )
  const client = new SecretsManagerClient({ maxAttempts: 5 })
  await client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }))
}

async function removeLogs(logGroupName: string) {
  const { CloudWatchLogsClient, DeleteLogGroupCommand } = await import(
    '@aws-sdk/client-cloudwatch-logs'
  )
  const client = new CloudWatchLogsClient({ maxAttempts: 5 })
  await client.send(new DeleteLogGroupCommand({ logGroupName }))
}
