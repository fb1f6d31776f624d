/** The Contacts table (people, email threads, SMS and short links), and the bindings to it. */

import { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import { OUTBOUND_NAMES, type OutboundName, outboundChannel } from '../../src/channels/index.ts'
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
    const own: Readonly<Record<OutboundName, string | undefined>> = {
      sms: smsNumber,
      email: emailAddress,
    }
    const addresses = OUTBOUND_NAMES.flatMap((name) => {
      const address = own[name]
      return address === undefined ? [] : environment(outboundChannel(name).ownAddress, address)
    })
    return combine(this.read(), environment('PEOPLE', JSON.stringify(people)), ...addresses)
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
