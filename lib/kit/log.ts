/** A log group with Baton's defaults: the configured retention, and deletion with the stack. */
import { RemovalPolicy } from 'aws-cdk-lib'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { readConfig } from '../settings/context.ts'

export class Log extends LogGroup {
  /** `name` is needed only if the service that writes the logs requires one. */
  constructor(scope: Construct, id: string, { name }: { name?: string } = {}) {
    super(scope, id, {
      retention: readConfig(scope.node).logDays,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(name !== undefined && { logGroupName: name }),
    })
  }
}
