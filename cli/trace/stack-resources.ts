/** The state machines and log groups of a deployed stack. */
import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation'
import { CliError } from '../errors.ts'

const NO_STACK = /does not exist/

/** Returns ARNs of machines and names of log groups. Throws a CliError if there is no such stack. */
export async function stackResources(stack: string) {
  const client = new CloudFormationClient({ maxAttempts: 2 })
  const found: { readonly type: string; readonly id: string }[] = []
  try {
    for await (const page of paginateListStackResources({ client }, { StackName: stack }))
      for (const { ResourceType = '', PhysicalResourceId = '' } of page.StackResourceSummaries ??
        [])
        found.push({ type: ResourceType, id: PhysicalResourceId })
  } catch (cause) {
    if (!(cause instanceof Error && NO_STACK.test(cause.message))) throw cause
    throw new CliError(`The stack ${stack} is not deployed in this account and region.`, {
      cure: 'Choose another AWS_PROFILE or AWS_REGION, or name it with --stack.',
      cause,
    })
  }
  const of = (type: string) => found.filter((each) => each.type === type).map(({ id }) => id)
  return { machines: of('AWS::StepFunctions::StateMachine'), logGroups: of('AWS::Logs::LogGroup') }
}
