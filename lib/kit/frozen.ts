/** Keeps logical ids when the code that creates a resource is moved. */
import { CfnElement } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'

/**
 * Sets the logical id of a construct's only CloudFormation resource. CloudFormation replaces a resource whose id
 * changes: it creates the new one first, which fails if only one may exist, and then deletes the old one with its data.
 */
export function freezeLogicalId(construct: IConstruct, logicalId: string): void {
  const resource = construct.node.defaultChild ?? construct
  if (!(resource instanceof CfnElement))
    throw new Error(`${construct.node.path} is not a single resource`)
  resource.overrideLogicalId(logicalId)
}
