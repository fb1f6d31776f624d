/** Delivers replies: takes them from the outbox and sends them to their provider. */
import { Construct } from 'constructs'
import type { OutboundName } from '../../src/channels/index.ts'
import { type Binding, environment } from '../kit/bindings.ts'
import { consume } from '../kit/consume.ts'
import { ServiceFunction } from '../kit/service-function.ts'
import type { Resources } from '../resources/index.ts'
import { CONSUMER_TIMEOUT } from '../resources/queues.ts'
import { twilio } from './sms.ts'

export class Delivery extends Construct {
  constructor(scope: Construct, id: string, resources: Resources) {
    super(scope, id)
    const { storage, contacts, queues, secrets, config } = resources
    /** What each channel needs to send. */
    const providers: Readonly<Record<OutboundName, Binding>> = {
      sms: twilio(resources),
      email: secrets.sendgridKey,
    }
    const deliver = new ServiceFunction(this, 'DeliverMessage', {
      name: 'deliver-message',
      memoryMb: 1024,
      timeout: CONSUMER_TIMEOUT.deliveries,
      bindings: [
        ...Object.values<Binding>(providers),
        secrets.linkKey,
        contacts.people(),
        contacts.change(),
        contacts.noteUndelivered(),
        storage.changeConversations(),
        storage.readArtifacts(),
        storage.readSessions(),
        storage.changeUsage(),
        queues.sendMessages,
        // A reply that an SMS cannot bring goes by email.
        queues.sendDeliveries,
        environment('SMS_SEGMENTS', String(config.smsSegments)),
        environment('LINK_DAYS', String(config.linkDays)),
      ],
    })
    consume(deliver, queues.deliveries, { batchSize: 1, maxConcurrency: 20 })
  }
}
