/** The properties that a DynamoDB table may have, as `Table` and as `GlobalTable` with one replica. */
import * as z from 'zod'
import { encryption, ignored, tags } from './ignored-property.ts'

const keySchema = z.array(
  z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }),
)
const projection = z.object({
  ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
  NonKeyAttributes: z.array(z.string()).optional(),
})
const secondaryIndex = z.strictObject({
  IndexName: z.string(),
  KeySchema: keySchema,
  Projection: projection,
  ContributorInsightsSpecification: ignored('no metrics'),
  OnDemandThroughput: ignored('no throttling'),
  WarmThroughput: ignored('no throttling'),
})

export const table = z.strictObject({
  TableName: z.string().optional(),
  KeySchema: keySchema,
  AttributeDefinitions: z.array(
    z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  BillingMode: z.literal('PAY_PER_REQUEST'),
  GlobalSecondaryIndexes: z.array(secondaryIndex).default([]),
  LocalSecondaryIndexes: z.array(secondaryIndex).default([]),
  TimeToLiveSpecification: z
    .object({ AttributeName: z.string().optional(), Enabled: z.boolean() })
    .optional(),
  Replicas: z
    .array(
      z.strictObject({
        Region: z.string(),
        ContributorInsightsSpecification: ignored('no metrics'),
        DeletionProtectionEnabled: ignored('the folder is yours'),
        GlobalSecondaryIndexes: ignored('throughput and metrics of the indexes above'),
        PointInTimeRecoverySpecification: ignored('copy the state folder instead'),
        SSESpecification: encryption,
        TableClass: ignored('a price'),
        Tags: tags,
      }),
    )
    .max(1, 'replicas in other regions are not implemented')
    .optional(),
  ContributorInsightsSpecification: ignored('no metrics'),
  DeletionProtectionEnabled: ignored('the folder is yours'),
  OnDemandThroughput: ignored('no throttling'),
  PointInTimeRecoverySpecification: ignored('copy the state folder instead'),
  SSESpecification: encryption,
  TableClass: ignored('a price'),
  Tags: tags,
  WarmThroughput: ignored('no throttling'),
  WriteOnDemandThroughputSettings: ignored('no throttling'),
})
