/** Receives SMS and status updates from Twilio. */
import { Duration } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import { routes as receiveRoutes } from '../../lambdas/receive-sms/routes.ts'
import { routes as statusRoutes } from '../../lambdas/record-sms-status/routes.ts'
import { type Binding, combine, environment } from '../kit/bindings.ts'
import { ServiceFunction } from '../kit/service-function.ts'
import type { Resources } from '../resources/index.ts'

export class Sms extends Construct {
  constructor(scope: Construct, id: string, resources: Resources) {
    super(scope, id)
    const { storage, contacts, queues, api } = resources
    const receive = new ServiceFunction(this, 'ReceiveSms', {
      name: 'receive-sms',
      timeout: Duration.seconds(10),
      bindings: [
        twilio(resources),
        contacts.people(),
        contacts.change(),
        storage.putMessages(),
        storage.quarantine(),
        queues.sendMessages,
      ],
    })
    api.route(receive, receiveRoutes)
    // A separate function, because it reads history entries, and the function that strangers reach must not.
    const status = new ServiceFunction(this, 'RecordSmsStatus', {
      name: 'record-sms-status',
      timeout: Duration.seconds(10),
      bindings: [twilio(resources), storage.changeConversations(), queues.sendDeliveries],
    })
    api.route(status, statusRoutes)
  }
}

/** The account, its token and the public URL, which verifying Twilio's signatures needs. */
export const twilio = ({ secrets, config, publicUrl }: Resources): Binding =>
  combine(
    secrets.twilioToken,
    environment('TWILIO_ACCOUNT_SID', config.twilioAccountSid ?? ''),
    environment('PUBLIC_URL', publicUrl),
  )
