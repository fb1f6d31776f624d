/** Wildcards in a function's rights: each accepted by itself, with the reason for it. */
import { CfnElement, Stack, Validations } from 'aws-cdk-lib'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'

/** Accepts the wildcard in `resource`, written as the finding writes it. Throws for a function whose role is not ours. */
export function acknowledgeWildcard(fn: IFunction, resource: string, reason: string): void {
  if (!fn.role) throw new Error(`${fn.node.path} has no role of ours to accept a wildcard on`)
  Validations.of(fn.role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason })
}

/** How a finding writes an attribute of a resource: `<LogicalId.Attribute>`. */
export function inFinding(resource: Construct, attribute: string): string {
  const element = resource.node.defaultChild
  if (!CfnElement.isCfnElement(element)) throw new Error(`${resource.node.path} is no resource`)
  return `<${Stack.of(resource).getLogicalId(element)}.${attribute}>`
}
