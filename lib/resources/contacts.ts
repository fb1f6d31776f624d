/** The Contacts table (people, email threads, SMS and short links), and the bindings to it. */
import { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import { type Binding, combine, environment } from '../kit/bindings.ts'
import { access, keptTable, string } from '../kit/tables.ts'
import type { Config } from './config.ts'

export class Contacts extends Construct {
  readonly #table: TableV2
  readonly #config: Config

  constructor(scope: Construct, id: string, config: Config) {
    super(scope, id)
    this.#config = config
    this.#table = new TableV2(this, 'Contacts', {
      ...keptTable(config.retainData),
      partitionKey: string('scope'),
      sortKey: string('name'),
      timeToLiveAttribute: 'expires',
    })
  }

  read(): Binding {
    return access('CONTACTS_TABLE', this.#table, 'GetItem')
  }
  /** The allow list, and Baton's own addresses. */
  people(): Binding {
    const { people, smsNumber, emailAddress } = this.#config
    return combine(
      this.read(),
      environment('PEOPLE', JSON.stringify(people)),
      ...(smsNumber === undefined ? [] : [environment('SMS_NUMBER', smsNumber)]),
      ...(emailAddress === undefined ? [] : [environment('EMAIL_ADDRESS', emailAddress)]),
    )
  }
  /** Email threads, short links, sent SMS and unknown senders. */
  change(): Binding {
    return combine(
      access('CONTACTS_TABLE', this.#table, 'GetItem'),
      environment('HISTORY_DAYS', String(this.#config.historyDays)),
      {
        environment: {},
        grant: (fn) =>
          fn.addToRolePolicy(
            new PolicyStatement({
              actions: ['dynamodb:UpdateItem'],
              resources: [this.#table.tableArn],
              // Never the allow list, because these functions process input from strangers.
              conditions: {
                'ForAllValues:StringLike': {
                  'dynamodb:LeadingKeys': ['unknown', 'thread#*', 'link#*', 'sms#*'],
                },
              },
            }),
          ),
      },
    )
  }
  /** The allow list. */
  manage(): Binding {
    return access('CONTACTS_TABLE', this.#table, 'Query', 'UpdateItem', 'DeleteItem')
  }
}
