/** Serves the routes that need no token: health, short links, and every unknown route. */
import { Duration } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import { routes } from '../../lambdas/public-api/routes.ts'
import { ServiceFunction } from '../kit/service-function.ts'
import type { Resources } from '../resources/index.ts'

export class PublicApi extends Construct {
  constructor(scope: Construct, id: string, { storage, contacts, api }: Resources) {
    super(scope, id)
    const fn = new ServiceFunction(this, 'PublicApi', {
      name: 'public-api',
      timeout: Duration.seconds(10),
      bindings: [contacts.read(), storage.readEntries(), storage.readArtifacts(), api.routes],
    })
    api.route(fn, routes)
  }
}
