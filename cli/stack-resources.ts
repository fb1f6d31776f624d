/** The resources of a deployed stack, of which there are more than one page. */
import { told } from './aws.ts'

export interface Resource {
  readonly logicalId: string
  readonly type: string
  readonly physicalId: string
}

/** Returns the resources of a stack. Throws if there is none. */
export async function resourcesOf(StackName: string): Promise<readonly Resource[]> {
  const { CloudFormationClient, paginateListStackResources } = await import(
    '@aws-sdk/client-cloudformation'
  )
  const client = new CloudFormationClient({ maxAttempts: 2 })
  const found: Resource[] = []
  const pages = paginateListStackResources({ client }, { StackName })
  for (;;) {
    const { value, done } = await told(pages.next())
    if (done) return found
    for (const each of value.StackResourceSummaries ?? [])
      found.push({
        logicalId: each.LogicalResourceId ?? '',
        type: each.ResourceType ?? '',
        physicalId: each.PhysicalResourceId ?? '',
      })
  }
}
