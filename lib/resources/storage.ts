/** The storage (sessions, workers, conversations, usage and a bucket), and the bindings to it. */
import { Duration, Validations } from 'aws-cdk-lib'
import { AttributeType, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { allow, type Binding, combine, environment } from '../kit/bindings.ts'
import { access, keptTable, queryIndex, string } from '../kit/tables.ts'
import { acknowledgeWildcard, inFinding } from '../kit/wildcards.ts'
import type { Config } from './config.ts'

export class Storage extends Construct {
  readonly sessions: TableV2
  readonly workers: TableV2
  readonly conversations: TableV2
  readonly usage: TableV2
  readonly bucket: Bucket
  readonly #historyDays: string

  constructor(scope: Construct, id: string, { historyDays, retainData }: Config) {
    super(scope, id)
    this.#historyDays = String(historyDays)
    const kept = keptTable(retainData)
    this.sessions = new TableV2(this, 'Sessions', {
      ...kept,
      partitionKey: string('sessionId'),
      globalSecondaryIndexes: [
        {
          indexName: 'byActivity',
          partitionKey: string('active'),
          sortKey: string('lastActivity'),
          projectionType: ProjectionType.INCLUDE,
          nonKeyAttributes: ['createdAt', 'channel', 'run'],
        },
        {
          indexName: 'openRuns',
          partitionKey: string('open'),
          sortKey: string('lastActivity'),
          projectionType: ProjectionType.INCLUDE,
          nonKeyAttributes: ['run'],
        },
      ],
    })
    this.workers = new TableV2(this, 'Workers', {
      ...kept,
      partitionKey: string('sessionId'),
      sortKey: string('workerId'),
      globalSecondaryIndexes: [
        {
          indexName: 'live',
          partitionKey: string('live'),
          sortKey: string('startedAt'),
          projectionType: ProjectionType.INCLUDE,
          nonKeyAttributes: ['task', 'status', 'leg', 'sandboxId', 'activity', 'lastActivity'],
        },
      ],
    })
    this.conversations = new TableV2(this, 'Conversations', {
      ...kept,
      partitionKey: string('sessionId'),
      sortKey: { name: 'seq', type: AttributeType.NUMBER },
      timeToLiveAttribute: 'expires',
    })
    this.usage = new TableV2(this, 'Usage', {
      ...kept,
      partitionKey: string('scope'),
      sortKey: { name: 'part', type: AttributeType.NUMBER },
      timeToLiveAttribute: 'expires',
    })
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: kept.removalPolicy,
      lifecycleRules: [{ expiration: Duration.days(historyDays) }],
    })
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Only functions and short-lived links reach objects. CloudTrail data events can log both.',
    })
  }

  readSessions(): Binding {
    return access('SESSIONS_TABLE', this.sessions, 'GetItem')
  }
  changeSessions(): Binding {
    return access('SESSIONS_TABLE', this.sessions, 'GetItem', 'UpdateItem')
  }
  /** The most recently active sessions. */
  listSessions(): Binding {
    return queryIndex('SESSIONS_TABLE', this.sessions, 'byActivity')
  }
  /** The places of waiting requests: one item in the sessions table, and no session. */
  takeWaitingPlaces(): Binding {
    return combine(environment('SESSIONS_TABLE', this.sessions.tableName), {
      environment: {},
      grant: (fn) =>
        fn.addToRolePolicy(
          new PolicyStatement({
            actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
            resources: [this.sessions.tableArn],
            conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['#waiting'] } },
          }),
        ),
    })
  }
  /** The sessions with an open run. */
  listOpenRuns(): Binding {
    return queryIndex('SESSIONS_TABLE', this.sessions, 'openRuns')
  }
  readWorkers(): Binding {
    return access('WORKERS_TABLE', this.workers, 'GetItem')
  }
  changeWorkers(): Binding {
    return access('WORKERS_TABLE', this.workers, 'GetItem', 'UpdateItem')
  }
  /** Some workers of one session, by id. */
  listLatestWorkers(): Binding {
    return access('WORKERS_TABLE', this.workers, 'BatchGetItem')
  }
  /** All workers of one session. */
  listSessionWorkers(): Binding {
    return access('WORKERS_TABLE', this.workers, 'Query')
  }
  /** The live workers of all sessions. */
  listWorkers(): Binding {
    return queryIndex('WORKERS_TABLE', this.workers, 'live')
  }
  /** The history entries, including large ones in the bucket. */
  readHistory(): Binding {
    return combine(
      access('CONVERSATIONS_TABLE', this.conversations, 'Query'),
      this.#objects('documents/*', 's3:GetObject'),
    )
  }
  /** Incoming messages: write only. */
  putMessages(): Binding {
    return combine(
      access('CONVERSATIONS_TABLE', this.conversations, 'UpdateItem'),
      this.#objects('documents/*', 's3:PutObject'),
      environment('HISTORY_DAYS', this.#historyDays),
    )
  }
  /** Entries, messages and results, by key. */
  changeConversations(): Binding {
    return combine(
      access('CONVERSATIONS_TABLE', this.conversations, 'GetItem', 'UpdateItem'),
      this.#objects('documents/*', 's3:GetObject', 's3:PutObject'),
      environment('HISTORY_DAYS', this.#historyDays),
    )
  }
  /** What a session's models and messages have cost so far. */
  readLedgers(): Binding {
    return access('USAGE_TABLE', this.usage, 'GetItem')
  }
  /** The totals of all time. */
  readTotals(): Binding {
    return access('USAGE_TABLE', this.usage, 'BatchGetItem')
  }
  /** Ledgers, and the totals by day and sender. */
  changeUsage(): Binding {
    return combine(
      access('USAGE_TABLE', this.usage, 'GetItem', 'UpdateItem'),
      environment('HISTORY_DAYS', this.#historyDays),
    )
  }
  /** Transcripts of CLI sessions, by links for sandboxes. */
  linkTranscripts(): Binding {
    return this.#objects('transcripts/*', 's3:GetObject', 's3:PutObject')
  }
  /** Workers' artifacts, by links for sandboxes. */
  linkArtifacts(): Binding {
    return this.#objects('artifacts/*', 's3:GetObject', 's3:PutObject')
  }
  readArtifacts(): Binding {
    return this.#objects('artifacts/*', 's3:GetObject')
  }
  /** Email attachments. */
  putAttachments(): Binding {
    return this.#objects('attachments/*', 's3:PutObject')
  }
  linkAttachments(): Binding {
    return this.#objects('attachments/*', 's3:GetObject')
  }
  /** Requests that cannot be parsed and are kept for the operator. */
  quarantine(): Binding {
    return this.#objects('quarantine/*', 's3:PutObject')
  }
  /** Single history entries, including large ones in the bucket. */
  readEntries(): Binding {
    return combine(
      access('CONVERSATIONS_TABLE', this.conversations, 'GetItem'),
      this.#objects('documents/*', 's3:GetObject'),
    )
  }
  /** Deletes the content of a deleted session. */
  forget(): Binding {
    return combine(
      access('WORKERS_TABLE', this.workers, 'DeleteItem'),
      access('CONVERSATIONS_TABLE', this.conversations, 'DeleteItem', 'Query'),
      this.#objects('documents/*', 's3:DeleteObject'),
      this.#objects('transcripts/*', 's3:DeleteObject'),
      this.#objects('artifacts/*', 's3:DeleteObject'),
      this.#objects('attachments/*', 's3:DeleteObject'),
    )
  }

  /** `keys` is the only prefix that the function can reach. */
  #objects(keys: string, ...actions: readonly string[]): Binding {
    return combine(
      environment('BUCKET', this.bucket.bucketName),
      allow(this.bucket.arnForObjects(keys), ...actions),
      {
        environment: {},
        grant: (fn) =>
          acknowledgeWildcard(
            fn,
            `${inFinding(this.bucket, 'Arn')}/${keys}`,
            'Object keys are made at run time. The function can reach only this prefix.',
          ),
      },
    )
  }
}
