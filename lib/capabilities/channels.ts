/** How people are reached by SMS and e-mail: the webhooks of Twilio and SendGrid, the outbox, short links, who may write. */
import { Duration, Validations } from 'aws-cdk-lib'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import type { IQueue, Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { allow, type Binding, combine, environment } from '../kit/bindings.ts'
import { orderedQueue } from '../kit/ordered-queue.ts'
import { ServiceFunction } from '../kit/service-function.ts'
import type { Api } from '../resources/api.ts'
import type { Config } from '../resources/config.ts'
import { Contacts } from '../resources/contacts.ts'
import type { Secrets } from '../resources/secrets.ts'
import type { Storage } from '../resources/storage.ts'
import type { Intake } from './intake.ts'

export interface ChannelsProps {
  readonly api: Api
  readonly storage: Storage
  readonly secrets: Secrets
  readonly intake: Intake
  readonly config: Config
}

/** A provider may take ten seconds to answer, and is asked three times. */
const DELIVERY = Duration.seconds(60)
/** As long as ending a session takes. */
const ENDING = Duration.seconds(29)
/** Some two days of a provider that is down, at a delivery's longest time-out. */
const ATTEMPTS = 500

export class Channels extends Construct {
  /** What is not delivered or ended after all attempts. */
  readonly undone: Queue
  /** Replies on their way. */
  readonly outbox: Queue
  readonly #endings: Queue
  readonly #people: Binding
  readonly #contacts: Contacts

  constructor(scope: Construct, id: string, config: Config) {
    super(scope, id)
    this.#contacts = new Contacts(this, 'Contacts', config)
    this.undone = orderedQueue(this, 'Undone', { consumer: ENDING })
    Validations.of(this.undone).acknowledge({
      id: 'Serverless-SQSRedrivePolicy',
      reason: 'It is the dead-letter queue.',
    })
    this.outbox = orderedQueue(this, 'Outbox', {
      consumer: DELIVERY,
      deadLetters: { queue: this.undone, maxReceiveCount: ATTEMPTS },
    })
    this.#endings = orderedQueue(this, 'Endings', {
      consumer: ENDING,
      deadLetters: { queue: this.undone, maxReceiveCount: 20 },
    })
    this.#people = combine(
      this.#contacts.read(),
      environment('PEOPLE', JSON.stringify(config.people)),
      ...(config.smsNumber === undefined ? [] : [environment('SMS_NUMBER', config.smsNumber)]),
      ...(config.emailAddress === undefined
        ? []
        : [environment('EMAIL_ADDRESS', config.emailAddress)]),
    )
  }

  /** Puts what is said to people on its way to them. */
  get deliver(): Binding {
    return sending('OUTBOX_URL', this.outbox)
  }

  /** Has what a person stopped be ended. */
  get end(): Binding {
    return sending('ENDINGS_URL', this.#endings)
  }

  /** Who may be written to, and by which channels. */
  get people(): Binding {
    return this.#people
  }

  /** What comes in by SMS and e-mail. */
  receive({ api, storage, secrets, intake, config }: ChannelsProps): void {
    const twilio = environment('TWILIO_ACCOUNT_SID', config.twilioAccountSid ?? '')
    const publicUrl = environment('PUBLIC_URL', config.publicUrl ?? api.url)
    const incoming = [
      this.#people,
      this.#contacts.change(),
      storage.putMessages(),
      storage.quarantine(),
      intake.send,
    ]
    const signed = [secrets.twilioToken, twilio, publicUrl]
    const sms = new ServiceFunction(this, 'ReceiveSms', {
      name: 'receive-sms',
      timeout: Duration.seconds(10),
      bindings: [...incoming, ...signed],
    })
    api.route('POST /api/webhooks/sms', sms)
    const status = new ServiceFunction(this, 'RecordSmsStatus', {
      name: 'record-sms-status',
      timeout: Duration.seconds(10),
      bindings: [...signed, storage.changeConversations()],
    })
    api.route('POST /api/webhooks/sms/status', status)
    const email = new ServiceFunction(this, 'ReceiveEmail', {
      name: 'receive-email',
      // Attachments are decoded in memory.
      memoryMb: 1024,
      timeout: Duration.seconds(29),
      bindings: [...incoming, storage.putAttachments(), secrets.sendgridPublicKey],
    })
    api.route('POST /api/webhooks/email', email)

    const deliver = new ServiceFunction(this, 'DeliverMessage', {
      name: 'deliver-message',
      memoryMb: 1024,
      timeout: DELIVERY,
      bindings: [
        this.#people,
        this.#contacts.change(),
        storage.changeConversations(),
        storage.readArtifacts(),
        storage.readSessions(),
        storage.changeUsage(),
        intake.send,
        secrets.twilioToken,
        secrets.sendgridKey,
        secrets.linkKey,
        twilio,
        publicUrl,
        environment('SMS_SEGMENTS', String(config.smsSegments)),
        environment('LINK_DAYS', String(config.linkDays)),
      ],
    })
    consume(deliver, this.outbox)
    const open = new ServiceFunction(this, 'OpenLink', {
      name: 'open-link',
      timeout: Duration.seconds(10),
      bindings: [this.#contacts.read(), storage.readEntries(), storage.readArtifacts()],
    })
    api.route('GET /l/{token}', open)
    const people = new ServiceFunction(this, 'ManagePeople', {
      name: 'manage-people',
      timeout: Duration.seconds(10),
      bindings: [this.#people, this.#contacts.manage(), secrets.bearerTokens],
    })
    api.route('GET /api/people', people)
    api.route('PUT /api/people/{address}', people)
    api.route('DELETE /api/people/{address}', people)
  }

  /** What ends the work that a person stopped. */
  endBy(bindings: readonly Binding[]): void {
    consume(
      new ServiceFunction(this, 'EndWork', { name: 'end-work', timeout: ENDING, bindings }),
      this.#endings,
    )
  }
}

const sending = (variable: string, queue: Queue): Binding =>
  combine(environment(variable, queue.queueUrl), allow(queue.queueArn, 'sqs:SendMessage'))

/** One at a time of a session, and of many sessions at once; what takes long holds up nobody else's. */
function consume(fn: IFunction, queue: IQueue): void {
  Validations.of(fn).acknowledge({
    id: 'Serverless-LambdaEventSourceMappingDestination',
    reason: 'The queue has a dead-letter queue; a destination is for streams.',
  })
  fn.addEventSource(
    new SqsEventSource(queue, { batchSize: 1, maxConcurrency: 20, reportBatchItemFailures: true }),
  )
}
