/** The whole of Baton, one line a capability. */
import { type App, Aws, CfnOutput, CfnParameter, Stack } from 'aws-cdk-lib'
import { ArtifactDownloads } from './capabilities/artifact-downloads.ts'
import { Channels } from './capabilities/channels.ts'
import { Intake } from './capabilities/intake.ts'
import { bedrock, ModelGateway } from './capabilities/model-gateway.ts'
import { Observability } from './capabilities/observability.ts'
import { ReadApi } from './capabilities/read-api.ts'
import { Recovery } from './capabilities/recovery.ts'
import { ReviewLoop } from './capabilities/review-loop.ts'
import { SandboxCallback } from './capabilities/sandbox-callback.ts'
import { SessionControl } from './capabilities/session-control.ts'
import { WorkerLeg } from './capabilities/worker-leg.ts'
import { environment } from './kit/bindings.ts'
import { completes, drives, links, starts, stops } from './kit/executions.ts'
import { Api } from './resources/api.ts'
import { readConfig } from './resources/config.ts'
import { Secrets } from './resources/secrets.ts'
import { Storage } from './resources/storage.ts'

export class BatonStack extends Stack {
  constructor(app: App, id: string) {
    super(app, id, { description: 'Baton: an always-on conductor with workers in sandboxes' })
    const config = readConfig(app.node)
    const storage = new Storage(this, 'Storage', config)
    const secrets = new Secrets(this, 'Secrets')
    const api = new Api(this, 'Api')
    const intake = new Intake(this, 'Intake')
    const channels = new Channels(this, 'Channels', config)

    const budgets = environment('BUDGETS', JSON.stringify(config.budgets))
    const gateway = new ModelGateway(this, 'Gateway', {
      bindings: [
        storage.readSessions(),
        storage.readWorkers(),
        storage.changeUsage(),
        budgets,
        secrets.jobKey,
        ...(config.modelUpstream === 'bedrock' ? [bedrock()] : [secrets.modelKey, this.modelUrl()]),
      ],
    })

    // Several deployments may share an E2B account: none touches the sandboxes of another.
    const deployment = environment(
      'DEPLOYMENT',
      `${this.stackName}/${Aws.ACCOUNT_ID}/${Aws.REGION}`,
    )
    const launch = [
      secrets.e2bKey,
      deployment,
      environment('E2B_TEMPLATE', config.e2bTemplate),
      secrets.jobKey,
      api.callback,
    ]
    const workerLeg = new WorkerLeg(this, 'WorkerLeg', {
      startLeg: [storage.changeWorkers(), ...launch],
      collectResult: [
        storage.readSessions(),
        storage.readLedgers(),
        storage.changeWorkers(),
        storage.changeConversations(),
        intake.send,
        secrets.e2bKey,
      ],
    })
    const reviewLoop = new ReviewLoop(this, 'ReviewLoop', {
      takeMessages: [
        storage.changeSessions(),
        storage.changeConversations(),
        storage.changeUsage(),
        budgets,
        channels.deliver,
      ],
      askConductor: [storage.changeSessions(), ...launch],
      readTurn: [
        storage.changeSessions(),
        storage.changeConversations(),
        storage.readLedgers(),
        environment('RECEIPT_IN_REPLY', String(config.receiptInReply)),
        channels.deliver,
      ],
      runCommand: [
        storage.changeSessions(),
        storage.changeUsage(),
        budgets,
        environment('LEG_SECONDS', String(Math.round(config.legMinutes * 60))),
        storage.changeWorkers(),
        storage.changeConversations(),
        storage.listSessionWorkers(),
        starts('WORKER_LEG_ARN', workerLeg.machine),
        stops('WORKER_LEG_ARN', workerLeg.machine),
        secrets.e2bKey,
        channels.people,
        channels.deliver,
      ],
      awaitMessage: [storage.changeSessions()],
      closeRun: [
        storage.changeSessions(),
        storage.changeConversations(),
        storage.readLedgers(),
        secrets.e2bKey,
      ],
      tellPerson: [storage.changeSessions(), storage.changeConversations(), channels.deliver],
    })

    intake.acceptOverHttp(api, { storage, secrets })
    const append = [drives('REVIEW_LOOP_ARN', reviewLoop.machine), channels.deliver, channels.end]
    intake.dispatchTo(append, { storage })
    channels.receive({ api, storage, secrets, intake, config })
    new SandboxCallback(this, 'Callback', {
      api,
      bindings: [
        storage.changeSessions(),
        storage.changeWorkers(),
        storage.changeConversations(),
        storage.linkTranscripts(),
        storage.linkArtifacts(),
        storage.linkAttachments(),
        secrets.jobKey,
        gateway.address,
        ...(config.model === undefined ? [] : [environment('MODEL_NAME', config.model)]),
        completes(reviewLoop.machine),
        completes(workerLeg.machine),
      ],
    })
    const collect = [
      storage.changeSessions(),
      storage.readLedgers(),
      storage.changeWorkers(),
      storage.changeConversations(),
      intake.send,
      secrets.e2bKey,
    ]
    new SessionControl(this, 'Control', {
      api,
      bindings: [
        ...collect,
        ...launch,
        storage.changeUsage(),
        storage.listSessionWorkers(),
        storage.forget(),
        secrets.bearerTokens,
        channels.deliver,
        stops('REVIEW_LOOP_ARN', reviewLoop.machine),
        stops('WORKER_LEG_ARN', workerLeg.machine),
      ],
    })
    channels.endBy([
      ...launch,
      storage.readSessions(),
      storage.changeWorkers(),
      storage.listSessionWorkers(),
      storage.putMessages(),
      storage.changeUsage(),
      intake.send,
      stops('REVIEW_LOOP_ARN', reviewLoop.machine),
      stops('WORKER_LEG_ARN', workerLeg.machine),
    ])
    const wakeRuns = drives('REVIEW_LOOP_ARN', reviewLoop.machine)
    new Recovery(this, 'Recovery', {
      machines: [reviewLoop.machine, workerLeg.machine],
      deadLetters: intake.deadLetters,
      recoverRun: [...collect, wakeRuns, channels.deliver],
      sweep: [
        ...collect,
        deployment,
        storage.listOpenRuns(),
        storage.listWorkers(),
        storage.changeUsage(),
        wakeRuns,
        starts('WORKER_LEG_ARN', workerLeg.machine),
      ],
      appendDeadLetter: [
        storage.changeSessions(),
        storage.changeConversations(),
        storage.readLedgers(),
        ...append,
      ],
    })
    new ReadApi(this, 'Monitoring', {
      api,
      storage,
      secrets,
      executions: [
        links('REVIEW_LOOP_ARN', reviewLoop.machine),
        links('WORKER_LEG_ARN', workerLeg.machine),
      ],
    })
    new ArtifactDownloads(this, 'Artifacts', {
      api,
      bindings: [storage.readWorkers(), storage.readArtifacts(), secrets.bearerTokens],
    })

    new Observability(this, 'Observability', {
      api,
      intake,
      channels,
      machines: { reviewLoop: reviewLoop.machine, workerLeg: workerLeg.machine },
      config,
    })

    new CfnOutput(this, 'ApiUrl', { value: api.url, description: 'Base address of every route' })
    const publicUrl = config.publicUrl ?? api.url
    new CfnOutput(this, 'SmsWebhook', {
      // Without the fragment Twilio tries again only when it cannot connect.
      value: `${publicUrl}/api/webhooks/sms#rc=5&rp=all`,
      description:
        "What Twilio's number is to call when a message comes in, by POST, as it stands here",
    })
    new CfnOutput(this, 'EmailWebhook', {
      value: `${publicUrl}/api/webhooks/email`,
      description: "Where SendGrid's Inbound Parse is to post mails, signed by a security policy",
    })
  }

  /** Where the gateway passes requests on to; Bedrock has an address of its own. */
  private modelUrl() {
    const { valueAsString } = new CfnParameter(this, 'ModelBaseUrl', {
      default: 'https://api.anthropic.com',
      description: 'The Messages API that the gateway passes requests on to.',
    })
    return environment('MODEL_BASE_URL', valueAsString)
  }
}
