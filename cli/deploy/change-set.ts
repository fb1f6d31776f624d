/** Change sets: what a deployment would change, before anything is changed. */
import type {
  Change,
  CloudFormationClient,
  DescribeChangeSetCommandOutput,
} from '@aws-sdk/client-cloudformation'
import { told } from '../aws.ts'
import { CliError } from '../errors.ts'

export interface ChangeSetId {
  readonly StackName: string
  readonly ChangeSetName: string
}

/** Returns all changes of a change set; none if it would change nothing. Throws a CliError if it could not be made. */
export async function changesOf(
  client: CloudFormationClient,
  id: ChangeSetId,
): Promise<readonly Change[]> {
  const { DescribeChangeSetCommand } = await import('@aws-sdk/client-cloudformation')
  const changes: Change[] = []
  for (let NextToken: string | undefined; ; ) {
    const page: DescribeChangeSetCommandOutput = await told(
      client.send(new DescribeChangeSetCommand({ ...id, ...(NextToken && { NextToken }) })),
    )
    if (page.Status === 'FAILED' && !isEmpty(page.StatusReason))
      throw new CliError(`CloudFormation refuses the change: ${page.StatusReason}`)
    changes.push(...(page.Changes ?? []))
    NextToken = page.NextToken
    if (NextToken === undefined) return changes
  }
}

const isEmpty = (reason = '') =>
  /didn't contain changes|No updates are to be performed/.test(reason)

/** Removes a change set, and the stack if it exists only for it. */
export async function discard(client: CloudFormationClient, id: ChangeSetId, isNew: boolean) {
  const { DeleteChangeSetCommand, DeleteStackCommand } = await import(
    '@aws-sdk/client-cloudformation'
  )
  await told(client.send(new DeleteChangeSetCommand(id)))
  if (isNew) await told(client.send(new DeleteStackCommand({ StackName: id.StackName })))
}
