/** Receives emails from SendGrid's Inbound Parse. */
import { Duration } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import { routes } from '../../lambdas/receive-email/routes.ts'
import { ServiceFunction } from '../kit/service-function.ts'
import type { Resources } from '../resources/index.ts'

export class Email extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { storage, contacts, queues, secrets, api }: Resources,
  ) {
    super(scope, id)
    const receive = new ServiceFunction(this, 'ReceiveEmail', {
      name: 'receive-email',
      // Attachments are decoded in memory.
      memoryMb: 1024,
      timeout: Duration.seconds(29),
      bindings: [
        secrets.sendgridPublicKey,
        contacts.people(),
        contacts.change(),
        storage.putMessages(),
        storage.putAttachments(),
        storage.quarantine(),
        queues.sendMessages,
      ],
    })
    api.route(receive, routes)
  }
}
