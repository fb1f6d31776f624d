/** The resources of a deployed stack, of which there are more than one page. */
import { told } from './aws.ts'
import { CliError } from './errors.ts'

export interface Resource {
  readonly logicalId: string
  /** For example `AWS::Logs::LogGroup`. */
  readonly type: string
  readonly physicalId: string
}

const NO_STACK = /does not exist/

/** Returns the resources of a stack. Throws a CliError if there is no such stack. */
export const resourcesOf = (stack: string): Promise<readonly Resource[]> =>
  told(list(stack)).catch((cause: unknown) => {
    if (!(cause instanceof Error && NO_STACK.test(cause.message))) throw cause
    throw new CliError(`The stack ${stack} is not deployed in this account and region.`, {
      cure: 'Choose another AWS_PROFILE or AWS_REGION, or another stack.',
      cause,
    })
  })

async function list(StackName: string): Promise<readonly Resource[]> {
  const { CloudFormationClient, paginateListStackResources } = await import(
    '@aws-sdk/client-cloudformation'
  )
  const client = new CloudFormationClient({ maxAttempts: 2 })
  const found: Resource[] = []
  for await (const page of paginateListStackResources({ client }, { StackName }))
    for (const each of page.StackResourceSummaries ?? [])
      found.push({
        logicalId: each.LogicalResourceId ?? '',
        type: each.ResourceType ?? '',
        physicalId: each.PhysicalResourceId ?? '',
      })
  return found
}

/** Returns the physical ids of those resources that have a type. */
export const idsOf = (resources: readonly Resource[], type: string): readonly string[] =>
  resources.flatMap((each) => (each.type === type ? [each.physicalId] : []))
