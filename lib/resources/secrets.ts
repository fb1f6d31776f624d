/** Secrets by name: functions get the name in their environment and read the value themselves. */
import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import { allow, type Binding, combine, environment } from '../kit/bindings.ts'

export class Secrets extends Construct {
  /** The bearer tokens of the operator and of readers; random ones until they are replaced. */
  readonly bearerTokens: Binding
  /** Signs job tokens; random, nobody needs to know it. */
  readonly jobKey: Binding
  /** To be set by the operator after the first deployment. */
  readonly e2bKey: Binding
  readonly modelKey: Binding
  /** Makes short links and Message-IDs that nobody can guess; random, nobody needs to know it. */
  readonly linkKey: Binding
  /** To be set where SMS and email are used. */
  readonly twilioToken: Binding
  readonly sendgridKey: Binding
  readonly sendgridPublicKey: Binding

  constructor(scope: Construct, id: string) {
    super(scope, id)
    this.bearerTokens = combine(
      this.#secret(
        'ApiToken',
        'API_TOKEN_SECRET',
        'api-token',
        'The operator token: bearer of /api routes.',
      ),
      this.#secret(
        'ReadToken',
        'READ_TOKEN_SECRET',
        'read-token',
        'The read-only token: bearer of those /api routes that change nothing.',
      ),
    )
    this.jobKey = this.#secret(
      'JobKey',
      'JOB_KEY_SECRET',
      'job-signing-key',
      'Signs the job tokens of sandboxes.',
    )
    this.e2bKey = this.#secret(
      'E2bKey',
      'E2B_KEY_SECRET',
      'e2b-api-key',
      'The E2B API key: set it after the first deployment.',
    )
    this.modelKey = this.#secret(
      'ModelKey',
      'MODEL_KEY_SECRET',
      'anthropic-api-key',
      'The Anthropic API key: set it after the first deployment.',
    )
    this.linkKey = this.#secret(
      'LinkKey',
      'LINK_KEY_SECRET',
      'link-key',
      'Makes short links and Message-IDs that cannot be guessed.',
    )
    this.twilioToken = this.#secret(
      'TwilioToken',
      'TWILIO_TOKEN_SECRET',
      'twilio-auth-token',
      'The primary auth token of the Twilio account: set it to use SMS.',
    )
    this.sendgridKey = this.#secret(
      'SendgridKey',
      'SENDGRID_KEY_SECRET',
      'sendgrid-api-key',
      'A SendGrid API key that may send mail: set it to use email.',
    )
    this.sendgridPublicKey = this.#secret(
      'SendgridPublicKey',
      'SENDGRID_PUBLIC_KEY_SECRET',
      'sendgrid-public-key',
      "The public key of the security policy of SendGrid's Inbound Parse: set it to use email.",
    )
  }

  #secret(id: string, variable: string, name: string, description: string): Binding {
    const secret = new Secret(this, id, {
      secretName: `${Stack.of(this).stackName}/${name}`,
      description,
      generateSecretString: { excludePunctuation: true, passwordLength: 40 },
      removalPolicy: RemovalPolicy.DESTROY,
    })
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'Rotated by the operator or by the service that issues it; functions read a new value within five minutes.',
    })
    return combine(
      environment(variable, secret.secretName),
      allow(secret.secretArn, 'secretsmanager:GetSecretValue'),
    )
  }
}
