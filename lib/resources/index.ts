/** Everything that the functions share: storage, queues, secrets and the API. It owns no function. */
import { Aws, Stack } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import type { EnvironmentVariable } from '../../src/adapters/environment.ts'
import { type Binding, combine, environment } from '../kit/bindings.ts'
import { readConfig } from '../settings/context.ts'
import type { Config } from '../settings/schema.ts'
import { Api } from './api.ts'
import { Contacts } from './contacts.ts'
import { Queues } from './queues.ts'
import { Secrets } from './secrets.ts'
import { Storage } from './storage.ts'

type EgressVariable = Extract<EnvironmentVariable, 'CONDUCTOR_EGRESS' | 'WORKER_EGRESS'>

export class Resources {
  readonly config: Config
  readonly storage: Storage
  readonly contacts: Contacts
  readonly queues: Queues
  readonly secrets: Secrets
  readonly api: Api
  /** Names this deployment, because deployments may share an E2B account and must not touch each other's sandboxes. */
  readonly deployment: Binding

  constructor(scope: Construct) {
    this.config = readConfig(scope.node)
    this.storage = new Storage(scope, 'Storage', this.config)
    // The table keeps its logical id, and therefore the construct path of the first version.
    this.contacts = new Contacts(new Construct(scope, 'Channels'), 'Contacts', this.config)
    this.queues = new Queues(scope, 'Queues')
    this.secrets = new Secrets(scope, 'Secrets')
    this.api = new Api(scope, 'Api')
    this.deployment = environment(
      'DEPLOYMENT',
      `${Stack.of(scope).stackName}/${Aws.ACCOUNT_ID}/${Aws.REGION}`,
    )
  }

  /** Creates and resumes sandboxes, and starts the runner in them. */
  launchSandboxes(): Binding {
    return combine(
      this.secrets.e2bKey,
      this.deployment,
      environment('E2B_TEMPLATE', this.config.e2bTemplate),
      // As the SDK signs links: by the bucket's own host.
      environment(
        'OBJECTS_HOST',
        `${this.storage.bucket.bucketName}.s3.${Aws.REGION}.${Aws.URL_SUFFIX}`,
      ),
      this.secrets.jobKey,
      this.api.callback,
    )
  }

  /** Checks the bearer tokens of operators and readers. */
  bearerTokens(): Binding {
    return combine(this.secrets.bearerTokens, this.contacts.readTokens())
  }

  /** What sandboxes may reach: Baton itself, and what the operator allows. */
  network(...settings: readonly EgressVariable[]): Binding {
    const allowed = {
      CONDUCTOR_EGRESS: this.config.conductorEgress,
      WORKER_EGRESS: this.config.workerEgress,
    }
    return combine(
      ...settings.map((setting) => environment(setting, JSON.stringify(allowed[setting]))),
    )
  }

  /** Pauses and ends sandboxes. */
  endSandboxes(): Binding {
    return this.secrets.e2bKey
  }

  /** What sessions, days and senders may spend. */
  budgets(): Binding {
    return environment('BUDGETS', JSON.stringify(this.config.budgets))
  }

  /** The public URL of the API. */
  get publicUrl(): string {
    return this.config.publicUrl ?? this.api.url
  }
}
