/** What the operator does to a session: stops it, lets it go on, deletes it, ends one of its workers. */
import { Duration } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import type { Binding } from '../kit/bindings.ts'
import { ServiceFunction } from '../kit/service-function.ts'
import type { Api } from '../resources/api.ts'

export class SessionControl extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { api, bindings }: { api: Api; bindings: readonly Binding[] },
  ) {
    super(scope, id)
    const control = new ServiceFunction(this, 'ControlSession', {
      name: 'control-session',
      // As long as the API waits: deleting a long conversation takes its time, and goes on when called again.
      timeout: Duration.seconds(29),
      bindings,
    })
    api.route('POST /api/sessions/{sessionId}/stop', control)
    api.route('POST /api/sessions/{sessionId}/continue', control)
    api.route('DELETE /api/sessions/{sessionId}', control)
    api.route('POST /api/sessions/{sessionId}/workers/{workerId}/kill', control)
  }
}
