/** Logical ids that must not change when the code that makes a resource is moved. */
import { CfnElement } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'

/**
 * Gives the one CloudFormation resource of a construct this logical id. CloudFormation replaces a resource whose id
 * changes: it creates the new one first, which fails where only one may exist, and deletes the old one with all it holds.
 */
export function freezeLogicalId(construct: IConstruct, logicalId: string): void {
  const resource = construct.node.defaultChild ?? construct
  if (!(resource instanceof CfnElement))
    throw new Error(`${construct.node.path} is no one resource`)
  resource.overrideLogicalId(logicalId)
}
