/** The storage (sessions, workers, conversations, usage and a bucket), and the bindings to it. */
import { Duration, Validations } from 'aws-cdk-lib'
import { AttributeType, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { allow, type Binding, combine, environment } from '../kit/bindings.ts'
import { access, keptTable, queryIndex, stringKey, updateOnly } from '../kit/tables.ts'
import { acknowledgeWildcard, inFinding } from '../kit/wildcards.ts'
import type { Config } from '../settings/schema.ts'

/**
 * How many days objects outlive the entries that name them, because DynamoDB deletes expired items only after some days.
 */
const OUTLIVING_DAYS = 7

export class Storage extends Construct {
  readonly sessions: TableV2
  readonly workers: TableV2
  readonly conversations: TableV2
  readonly usage: TableV2
  readonly bucket: Bucket
  readonly #historyDays: string
  readonly #waitingReaders: string

  constructor(scope: Construct, id: string, { historyDays, retainData, waitingReaders }: Config) {
    super(scope, id)
    this.#historyDays = String(historyDays)
    this.#waitingReaders = String(waitingReaders)
    const kept = keptTable(retainData)
    this.sessions = new TableV2(this, 'Sessions', {
      ...kept,
      partitionKey: stringKey('sessionId'),
      globalSecondaryIndexes: [
        {
          indexName: 'byActivity',
          partitionKey: stringKey('active'),
          sortKey: stringKey('lastActivity'),
          projectionType: ProjectionType.INCLUDE,
          nonKeyAttributes: ['createdAt', 'channel', 'run'],
        },
        {
          indexName: 'openRuns',
          partitionKey: stringKey('open'),
          sortKey: stringKey('lastActivity'),
          projectionType: ProjectionType.INCLUDE,
          nonKeyAttributes: ['run'],
        },
        // The sessions that wait for a person, at a budget or for an answer. Its name is from the time when there were
        // only questions. One update of the stack can add one index to a table, so this one serves all who look for them.
        {
          indexName: 'openQuestions',
          partitionKey: stringKey('waits'),
          sortKey: stringKey('waitsSince'),
          projectionType: ProjectionType.INCLUDE,
          nonKeyAttributes: ['questions'],
        },
      ],
    })
    this.workers = new TableV2(this, 'Workers', {
      ...kept,
      partitionKey: stringKey('sessionId'),
      sortKey: stringKey('workerId'),
      globalSecondaryIndexes: [
        {
          indexName: 'live',
          partitionKey: stringKey('live'),
          sortKey: stringKey('startedAt'),
          projectionType: ProjectionType.INCLUDE,
          nonKeyAttributes: ['task', 'status', 'leg', 'sandboxId', 'activity', 'lastActivity'],
        },
      ],
    })
    this.conversations = new TableV2(this, 'Conversations', {
      ...kept,
      partitionKey: stringKey('sessionId'),
      sortKey: { name: 'seq', type: AttributeType.NUMBER },
      timeToLiveAttribute: 'expires',
    })
    this.usage = new TableV2(this, 'Usage', {
      ...kept,
      partitionKey: stringKey('scope'),
      sortKey: { name: 'part', type: AttributeType.NUMBER },
      timeToLiveAttribute: 'expires',
    })
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: kept.removalPolicy,
      // CloudFormation deletes only empty buckets.
      autoDeleteObjects: !retainData,
      lifecycleRules: [{ expiration: Duration.days(historyDays + OUTLIVING_DAYS) }],
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
  /** What lists show of sessions beside the index: parts of their items, and their first entries. */
  readSummaries(): Binding {
    return combine(
      access('SESSIONS_TABLE', this.sessions, 'BatchGetItem'),
      access('CONVERSATIONS_TABLE', this.conversations, 'BatchGetItem'),
    )
  }
  /** The places of waiting requests: one item in the sessions table, and no session. */
  takeWaitingPlaces(): Binding {
    return combine(
      environment('SESSIONS_TABLE', this.sessions.tableName),
      environment('WAITING_READERS', this.#waitingReaders),
      {
        environment: {},
        grant: (fn) =>
          fn.addToRolePolicy(
            new PolicyStatement({
              actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
              resources: [this.sessions.tableArn],
              conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['#waiting'] } },
            }),
          ),
      },
    )
  }
  /** The sessions with an open run. */
  listOpenRuns(): Binding {
    return queryIndex('SESSIONS_TABLE', this.sessions, 'openRuns')
  }
  /** The sessions that wait for a person. */
  listWaitingSessions(): Binding {
    return queryIndex('SESSIONS_TABLE', this.sessions, 'openQuestions')
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
      environment('HISTORY_DAYS', this.#historyDays),
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
      access('CONVERSATIONS_TABLE', this.conversations, 'GetItem', 'BatchGetItem', 'UpdateItem'),
      this.#objects('documents/*', 's3:GetObject', 's3:PutObject'),
      environment('HISTORY_DAYS', this.#historyDays),
    )
  }
  /** What a session's models and messages have cost so far. */
  readLedgers(): Binding {
    return access('USAGE_TABLE', this.usage, 'GetItem')
  }
  /** Ledgers and totals of days, months and people. */
  readTotals(): Binding {
    return access('USAGE_TABLE', this.usage, 'BatchGetItem', 'Query')
  }
  /** What decides on a model request: the items of its job, in one request. */
  readJobItems(): Binding {
    return combine(
      access('SESSIONS_TABLE', this.sessions, 'BatchGetItem'),
      access('WORKERS_TABLE', this.workers, 'BatchGetItem'),
    )
  }
  /** What was last seen of the services that Baton depends on. Functions that change usage may note it anyway. */
  noteHealth(): Binding {
    return combine(
      environment('USAGE_TABLE', this.usage.tableName),
      updateOnly(this.usage, 'health#*'),
    )
  }
  /** Ledgers, and the totals by day and sender. An older day is rolled up when it is posted to. */
  changeUsage(): Binding {
    return combine(
      access('USAGE_TABLE', this.usage, 'GetItem', 'Query', 'UpdateItem'),
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
  /** Deletes the content of a deleted session, and blocks the keys to which its jobs may still upload. */
  forget(): Binding {
    return combine(
      access('WORKERS_TABLE', this.workers, 'DeleteItem'),
      access('CONVERSATIONS_TABLE', this.conversations, 'DeleteItem', 'Query'),
      this.#objects('documents/*', 's3:DeleteObject'),
      this.#objects('transcripts/*', 's3:DeleteObject', 's3:PutObject'),
      this.#objects('artifacts/*', 's3:DeleteObject', 's3:PutObject'),
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
