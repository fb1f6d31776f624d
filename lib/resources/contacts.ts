/** The Contacts table (people, email threads, SMS and short links), and the bindings to it. */

import { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { Construct } from 'constructs'
import { OUTBOUND_NAMES, type OutboundName, outboundChannel } from '../../src/channels/index.ts'
import { type Binding, combine, environment } from '../kit/bindings.ts'
import { access, keptTable, queryOnly, stringKey, updateOnly } from '../kit/tables.ts'
import type { Config } from '../settings/schema.ts'
import { ConfiguredPeople } from './configured-people.ts'

/** Lambda accepts 4,096 bytes for all variables of a function together. */
const LONGEST_VARIABLE = 1_200

export class Contacts extends Construct {
  readonly #table: TableV2
  readonly #config: Config
  #people?: ConfiguredPeople

  constructor(scope: Construct, id: string, config: Config) {
    super(scope, id)
    this.#config = config
    this.#table = new TableV2(this, 'Contacts', {
      ...keptTable(config.retainData),
      partitionKey: stringKey('scope'),
      sortKey: stringKey('name'),
      timeToLiveAttribute: 'expires',
    })
  }

  read(): Binding {
    return access('CONTACTS_TABLE', this.#table, 'GetItem')
  }
  /** The allow list, and Baton's own addresses. */
  people(): Binding {
    const { people } = this.#config
    const list = JSON.stringify(people)
    const place =
      list.length > LONGEST_VARIABLE ? this.#peopleInTable(people) : environment('PEOPLE', list)
    return combine(this.read(), place, this.ownAddresses())
  }
  /** Baton's own addresses. */
  ownAddresses(): Binding {
    const { smsNumber, messagingServiceSid, emailAddress } = this.#config
    const own: Readonly<Record<OutboundName, string | undefined>> = {
      sms: smsNumber ?? messagingServiceSid,
      email: emailAddress,
    }
    const addresses = OUTBOUND_NAMES.flatMap((name) => {
      const address = own[name]
      return address === undefined ? [] : environment(outboundChannel(name).ownAddress, address)
    })
    return combine(...addresses)
  }
  /** A function is deployed once the list is there, so that nobody on it is refused in between. */
  #peopleInTable(people: readonly string[]): Binding {
    this.#people ??= new ConfiguredPeople(this, 'People', this.#table, people)
    const written = this.#people
    return {
      environment: { PEOPLE_IN_TABLE: 'true' },
      grant: (fn) => fn.node.addDependency(written),
    }
  }
  /** Email threads, short links, sent SMS and unknown senders. */
  change(): Binding {
    return combine(
      access('CONTACTS_TABLE', this.#table, 'GetItem'),
      environment('HISTORY_DAYS', String(this.#config.historyDays)),
      // Never the allow list, because these functions process input from strangers.
      updateOnly(this.#table, 'unknown', 'thread#*', 'link#*', 'sms#*'),
    )
  }
  /** The list of messages that could not be delivered. */
  noteUndelivered(): Binding {
    return combine(
      environment('CONTACTS_TABLE', this.#table.tableName),
      updateOnly(this.#table, 'undelivered'),
    )
  }
  /** The hashes of named tokens. */
  readTokens(): Binding {
    return queryOnly('CONTACTS_TABLE', this.#table, 'tokens')
  }
  /** The allow list, and named tokens. */
  manage(): Binding {
    return access('CONTACTS_TABLE', this.#table, 'Query', 'UpdateItem', 'DeleteItem')
  }
}
