/** The secrets. Functions get a secret's name in their environment and read the value themselves. */

import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import type { EnvironmentVariable } from '../../src/adapters/environment.ts'
import { allow, type Binding, combine, environment } from '../kit/bindings.ts'

export class Secrets extends Construct {
  /** The bearer tokens of the operator and of readers. They are random until replaced. */
  readonly bearerTokens: Binding
  /** Signs job tokens. It is random, and no person needs to know it. */
  readonly jobKey: Binding
  /** The operator sets it after the first deployment. */
  readonly e2bKey: Binding
  readonly modelKey: Binding
  /** Makes short links and Message-IDs that cannot be guessed. It is random, and no person needs to know it. */
  readonly linkKey: Binding
  /** The operator sets it to use SMS or email. */
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
        'The operator token: the bearer token for all /api routes.',
      ),
      this.#secret(
        'ReadToken',
        'READ_TOKEN_SECRET',
        'read-token',
        'The read-only token: the bearer token for /api routes that change nothing.',
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
      'The E2B API key. Set it after the first deployment.',
    )
    this.modelKey = this.#secret(
      'ModelKey',
      'MODEL_KEY_SECRET',
      'anthropic-api-key',
      'The Anthropic API key. Set it after the first deployment.',
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
      'The primary auth token of the Twilio account. Set it to use SMS.',
    )
    this.sendgridKey = this.#secret(
      'SendgridKey',
      'SENDGRID_KEY_SECRET',
      'sendgrid-api-key',
      'A SendGrid API key that may send emails. Set it to use email.',
    )
    this.sendgridPublicKey = this.#secret(
      'SendgridPublicKey',
      'SENDGRID_PUBLIC_KEY_SECRET',
      'sendgrid-public-key',
      "The public key of the security policy of SendGrid's Inbound Parse. Set it to use email.",
    )
  }

  #secret(id: string, variable: EnvironmentVariable, name: string, description: string): Binding {
    const secret = new Secret(this, id, {
      secretName: `${Stack.of(this).stackName}/${name}`,
      description,
      generateSecretString: { excludePunctuation: true, passwordLength: 40 },
      removalPolicy: RemovalPolicy.DESTROY,
    })
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'The operator or the issuing service rotates it. Functions read a new value within five minutes.',
    })
    return combine(
      environment(variable, secret.secretName),
      allow(secret.secretArn, 'secretsmanager:GetSecretValue'),
    )
  }
}
