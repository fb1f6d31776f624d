/** The operator's AWS account: who they are, the deployed stack, and its secrets. */
import type { Output } from '@aws-sdk/client-cloudformation'
import type { SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager'
import { CliError } from './errors.ts'

const CREDENTIALS = 'Sign in to AWS, for example: aws sso login, then export AWS_PROFILE=…'

/** Says what to do about the failures that every call may have. */
export async function told<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (cause) {
    const { name, message } = cause instanceof Error ? cause : new Error(String(cause))
    if (name === 'CredentialsProviderError' || /Token|Expired|Unrecognized/.test(name))
      throw new CliError(`There are no valid AWS credentials: ${message}`, {
        cure: CREDENTIALS,
        cause,
      })
    if (/region is missing/i.test(message))
      throw new CliError('No AWS region is chosen.', {
        cure: 'export AWS_REGION=eu-central-1',
        cause,
      })
    throw cause
  }
}

export async function identity(): Promise<{ account: string; arn: string; region: string }> {
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts')
  const client = new STSClient({ maxAttempts: 2 })
  const { Account = '', Arn = '' } = await told(client.send(new GetCallerIdentityCommand({})))
  return { account: Account, arn: Arn, region: await told(client.config.region()) }
}

/** Returns the operator's credentials, for services that have no client here. */
export async function credentials() {
  const { STSClient } = await import('@aws-sdk/client-sts')
  return told(new STSClient({}).config.credentials())
}

/** Returns how many functions the account may run at once in the region. */
export async function concurrentFunctions(): Promise<number> {
  const { GetAccountSettingsCommand, LambdaClient } = await import('@aws-sdk/client-lambda')
  const client = new LambdaClient({ maxAttempts: 2 })
  const { AccountLimit } = await told(client.send(new GetAccountSettingsCommand({})))
  return AccountLimit?.ConcurrentExecutions ?? 0
}

/** Returns the outputs and the state of a stack, or undefined if there is none. */
export async function stackCalled(name: string) {
  const cloudFormation = await import('@aws-sdk/client-cloudformation')
  const client = new cloudFormation.CloudFormationClient({ maxAttempts: 2 })
  const describe = new cloudFormation.DescribeStacksCommand({ StackName: name })
  const found = await told(client.send(describe)).catch((error: unknown) => {
    if (error instanceof Error && /does not exist/.test(error.message)) return undefined
    throw error
  })
  const [stack] = found?.Stacks ?? []
  return stack && { status: String(stack.StackStatus), outputs: outputsOf(stack.Outputs ?? []) }
}

/** Returns the names of the other stacks of Baton, and of its stages, in this account and region. */
export async function otherStacks(name: string): Promise<readonly string[]> {
  const { CloudFormationClient, paginateDescribeStacks } = await import(
    '@aws-sdk/client-cloudformation'
  )
  const client = new CloudFormationClient({ maxAttempts: 2 })
  const names: string[] = []
  for await (const { Stacks = [] } of paginateDescribeStacks({ client }, {}))
    names.push(...Stacks.map(({ StackName = '' }) => StackName))
  return names.filter((each) => /^Baton(-|$)/.test(each) && each !== name)
}

/** Returns the ARNs of a topic's subscriptions. One that is not confirmed has `PendingConfirmation` instead. */
export async function subscriptionsOf(topicArn: string): Promise<readonly string[]> {
  const { ListSubscriptionsByTopicCommand, SNSClient } = await import('@aws-sdk/client-sns')
  const client = new SNSClient({ maxAttempts: 2 })
  const list = new ListSubscriptionsByTopicCommand({ TopicArn: topicArn })
  const { Subscriptions = [] } = await told(client.send(list))
  return Subscriptions.map(({ SubscriptionArn = '' }) => SubscriptionArn)
}

const outputsOf = (outputs: readonly Output[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  )

/** Returns the value of a secret, or undefined if there is no such secret. */
export async function readSecret(
  id: string,
  config: SecretsManagerClientConfig = {},
): Promise<string | undefined> {
  const { GetSecretValueCommand, ResourceNotFoundException, SecretsManagerClient } = await import(
    '@aws-sdk/client-secrets-manager'
  )
  const client = new SecretsManagerClient({ maxAttempts: 2, ...config })
  try {
    return (await told(client.send(new GetSecretValueCommand({ SecretId: id })))).SecretString
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined
    throw error
  }
}

/** Gives a secret another value. Throws a CliError if there is no such secret. */
export async function writeSecret(id: string, value: string): Promise<void> {
  const { PutSecretValueCommand, ResourceNotFoundException, SecretsManagerClient } = await import(
    '@aws-sdk/client-secrets-manager'
  )
  const client = new SecretsManagerClient({ maxAttempts: 2 })
  const put = new PutSecretValueCommand({ SecretId: id, SecretString: value })
  await told(client.send(put)).catch((cause: unknown) => {
    if (!(cause instanceof ResourceNotFoundException)) throw cause
    throw new CliError(`There is no secret ${id} in this account and region.`, {
      cure: 'Deploy first (baton deploy), or choose another AWS_PROFILE or AWS_REGION.',
      cause,
    })
  })
}
