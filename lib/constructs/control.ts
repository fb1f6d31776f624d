/** What the operator does to a session: stops it, deletes it, ends one of its workers. */
import { Duration } from 'aws-cdk-lib'
import type { RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { Api } from './api.ts'
import { type Binding, ServiceFunction } from './service-function.ts'

export class Control extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { api, ...props }: { api: Api; bindings: readonly Binding[]; logRetention: RetentionDays },
  ) {
    super(scope, id)
    const control = new ServiceFunction(this, 'ControlSession', {
      name: 'control-session',
      // As long as the API waits: deleting a long conversation takes its time, and goes on when called again.
      timeout: Duration.seconds(29),
      ...props,
    })
    api.route('POST /api/sessions/{sessionId}/stop', control)
    api.route('DELETE /api/sessions/{sessionId}', control)
    api.route('POST /api/sessions/{sessionId}/workers/{workerId}/kill', control)
  }
}
