/** A log group as every one of ours is: kept as long as the operator chose, gone with the stack. */
import { RemovalPolicy } from 'aws-cdk-lib'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { readConfig } from '../resources/config.ts'

export class Log extends LogGroup {
  /** `name`: only where the service that writes to it asks for one. */
  constructor(scope: Construct, id: string, { name }: { name?: string } = {}) {
    super(scope, id, {
      retention: readConfig(scope.node).logDays,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(name !== undefined && { logGroupName: name }),
    })
  }
}
