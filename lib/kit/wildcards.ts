/** Acknowledges wildcards in functions' permissions, each with its reason. */
import { CfnElement, Stack, Validations } from 'aws-cdk-lib'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'

/** Acknowledges the wildcard in `resource`, which is written as in the finding. Throws for a function without a role. */
export function acknowledgeWildcard(fn: IFunction, resource: string, reason: string): void {
  if (!fn.role)
    throw new Error(`${fn.node.path} has no role on which a wildcard can be acknowledged`)
  Validations.of(fn.role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason })
}

/** Returns an attribute of a resource as findings write it: `<LogicalId.Attribute>`. */
export function inFinding(resource: Construct, attribute: string): string {
  const element = resource.node.defaultChild
  if (!CfnElement.isCfnElement(element))
    throw new Error(`${resource.node.path} is not a CloudFormation resource`)
  return `<${Stack.of(resource).getLogicalId(element)}.${attribute}>`
}
