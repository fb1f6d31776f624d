/** Everything that is kept: three tables and a bucket, and how functions are bound to them. */
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import { AttributeType, Billing, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import type { Config } from '../config.ts'
import { acknowledgeWildcard, type Binding, inFinding } from './service-function.ts'

const string = (name: string) => ({ name, type: AttributeType.STRING })

export class Storage extends Construct {
  readonly sessions: TableV2
  readonly workers: TableV2
  readonly conversations: TableV2
  readonly bucket: Bucket
  readonly #historyDays: string

  constructor(scope: Construct, id: string, { historyDays, retainData }: Config) {
    super(scope, id)
    this.#historyDays = String(historyDays)
    const kept = {
      billing: Billing.onDemand(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: retainData,
      removalPolicy: retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    }
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
        'Objects are reached by our functions and short-lived links only; CloudTrail data events log both where wanted.',
    })
  }

  readSessions(): Binding {
    return tableBinding('SESSIONS_TABLE', this.sessions, ['GetItem'])
  }
  changeSessions(): Binding {
    return tableBinding('SESSIONS_TABLE', this.sessions, ['GetItem', 'UpdateItem'])
  }
  /** The most recently active sessions. */
  listSessions(): Binding {
    return tableBinding('SESSIONS_TABLE', this.sessions, ['GetItem'], 'byActivity')
  }
  readWorkers(): Binding {
    return tableBinding('WORKERS_TABLE', this.workers, ['GetItem'])
  }
  changeWorkers(): Binding {
    return tableBinding('WORKERS_TABLE', this.workers, ['GetItem', 'UpdateItem', 'Query'])
  }
  /** The live workers of all sessions. */
  listWorkers(): Binding {
    return tableBinding('WORKERS_TABLE', this.workers, ['GetItem'], 'live')
  }
  /** Open runs, for the sweep. */
  sweepSessions(): Binding {
    return together(
      this.changeSessions(),
      tableBinding('SESSIONS_TABLE', this.sessions, [], 'openRuns'),
    )
  }
  /** Live workers, for the sweep. */
  sweepWorkers(): Binding {
    return together(this.changeWorkers(), this.listWorkers())
  }
  /** Everything that a deleted session leaves. */
  forget(): Binding {
    return together(
      tableBinding('WORKERS_TABLE', this.workers, ['DeleteItem']),
      tableBinding('CONVERSATIONS_TABLE', this.conversations, ['DeleteItem', 'Query']),
      this.#objects(['s3:DeleteObject'], 'documents/*'),
      this.#objects(['s3:DeleteObject'], 'transcripts/*'),
    )
  }
  /** History, bodies and results, with the large ones in the bucket. */
  readConversations(): Binding {
    return together(
      tableBinding('CONVERSATIONS_TABLE', this.conversations, ['GetItem', 'Query']),
      this.#objects(['s3:GetObject'], 'documents/*'),
    )
  }
  changeConversations(): Binding {
    return together(
      tableBinding('CONVERSATIONS_TABLE', this.conversations, ['GetItem', 'UpdateItem']),
      this.#objects(['s3:GetObject', 's3:PutObject'], 'documents/*'),
      { variables: { HISTORY_DAYS: this.#historyDays }, grant: () => undefined },
    )
  }
  /** The transcripts of CLI sessions, handed to sandboxes as links. */
  linkTranscripts(): Binding {
    return this.#objects(['s3:GetObject', 's3:PutObject'], 'transcripts/*')
  }

  #objects(actions: string[], keys: string): Binding {
    return {
      variables: { BUCKET: this.bucket.bucketName },
      grant: (fn) => {
        fn.addToRolePolicy(
          new PolicyStatement({ actions, resources: [this.bucket.arnForObjects(keys)] }),
        )
        acknowledgeWildcard(
          fn,
          `${inFinding(this.bucket, 'Arn')}/${keys}`,
          'Object keys are made at run time; the function reaches this prefix alone.',
        )
      },
    }
  }
}

/** `index`: the function may query this index, and not the table. */
function tableBinding(
  name: string,
  table: TableV2,
  operations: readonly string[],
  index?: string,
): Binding {
  return {
    variables: { [name]: table.tableName },
    grant: (fn) => {
      const actions = operations.map((operation) => `dynamodb:${operation}`)
      if (actions.length > 0)
        fn.addToRolePolicy(new PolicyStatement({ actions, resources: [table.tableArn] }))
      if (index)
        fn.addToRolePolicy(
          new PolicyStatement({
            actions: ['dynamodb:Query'],
            resources: [`${table.tableArn}/index/${index}`],
          }),
        )
    },
  }
}

const together = (...bindings: readonly Binding[]): Binding => ({
  variables: Object.assign({}, ...bindings.map(({ variables }) => variables)),
  grant: (fn) => {
    for (const binding of bindings) binding.grant(fn)
  },
})
