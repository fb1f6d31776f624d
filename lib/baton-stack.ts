/** The stack: shared resources, capabilities, and outputs for the operator. */
import { type App, CfnOutput, Stack } from 'aws-cdk-lib'
import { DashboardSite } from './capabilities/dashboard-site.ts'
import { Delivery } from './capabilities/delivery.ts'
import { Email } from './capabilities/email.ts'
import { Intake } from './capabilities/intake.ts'
import { ModelGateway } from './capabilities/model-gateway.ts'
import { Observability } from './capabilities/observability.ts'
import { PublicApi } from './capabilities/public-api.ts'
import { ReadApi } from './capabilities/read-api.ts'
import { Recovery } from './capabilities/recovery.ts'
import { ReviewLoop } from './capabilities/review-loop.ts'
import { SandboxCallback } from './capabilities/sandbox-callback.ts'
import { SessionControl } from './capabilities/session-control.ts'
import { Sms } from './capabilities/sms.ts'
import { WorkerLeg } from './capabilities/worker-leg.ts'
import { Resources } from './resources/index.ts'
import { readConfig } from './settings/context.ts'
import { stackNameOf } from './settings/schema.ts'

export class BatonStack extends Stack {
  constructor(app: App, id: string) {
    super(app, id, {
      // Logical ids derive from the construct's id, so they are the same in every stage.
      stackName: stackNameOf(readConfig(app.node)),
      description: 'Baton: an always-on conductor with workers in sandboxes',
    })
    const resources = new Resources(this)

    // Its construct path must not change, because jobs that run during an update use the function's URL.
    const modelGateway = new ModelGateway(this, 'Gateway', resources)
    const workerLeg = new WorkerLeg(this, 'WorkerLeg', resources, modelGateway)
    const reviewLoop = new ReviewLoop(this, 'ReviewLoop', resources, { workerLeg, modelGateway })
    const machines = { reviewLoop, workerLeg }
    const intake = new Intake(this, 'Intake', resources, reviewLoop)
    new Sms(this, 'Sms', resources)
    new Email(this, 'Email', resources)
    new Delivery(this, 'Delivery', resources)
    const callback = new SandboxCallback(this, 'SandboxCallback', resources, {
      ...machines,
      modelGateway,
    })
    const dashboard = new DashboardSite(this, 'Dashboard', resources)
    new SessionControl(this, 'SessionControl', resources, { ...machines, dashboard })
    const recovery = new Recovery(this, 'Recovery', resources, machines)
    new ReadApi(this, 'ReadApi', resources, { ...machines, dashboard })
    new PublicApi(this, 'PublicApi', resources)
    new Observability(this, 'Observability', resources, {
      machines,
      // Without these, no message arrives, no sandbox can call back and nothing recovers. Other functions fail within runs.
      critical: [intake.receive, intake.dispatch, callback.fn, modelGateway.fn, recovery.fn],
    })

    const { api, publicUrl } = resources
    new CfnOutput(this, 'ApiUrl', { value: api.url, description: 'The base URL of all routes' })
    new CfnOutput(this, 'SmsWebhook', {
      // Without the fragment, Twilio tries again only if it cannot connect.
      value: `${publicUrl}/api/webhooks/sms#rc=5&rp=all`,
      description:
        'The URL that your Twilio number must call (POST) when a message comes in. Copy it exactly.',
    })
    new CfnOutput(this, 'EmailWebhook', {
      value: `${publicUrl}/api/webhooks/email`,
      description:
        "The URL to which SendGrid's Inbound Parse must post emails, signed with a security policy.",
    })
    new CfnOutput(this, 'GatewayUrl', {
      value: modelGateway.url,
      description: 'The address at which sandboxes reach the model, each with the key of its job',
    })
    new CfnOutput(this, 'DashboardUrl', {
      value: dashboard.url,
      description: 'The dashboard, once its files are in its bucket; it asks for the bearer token',
    })
    new CfnOutput(this, 'DashboardBucket', {
      value: dashboard.bucketName,
      description: 'Where baton deploy and baton dashboard upload put the files of the dashboard',
    })
  }
}
