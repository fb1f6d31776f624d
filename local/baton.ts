/** Baton on one machine: the synthesised template, sandboxes, and a model, all on loopback. */
import { randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import {
  type Intercept,
  type LocalAws,
  type OnStage,
  startAws,
} from '../packages/local-aws/src/index.ts'
import type {
  ConnectOutside,
  IsolationKind,
  Limits,
  PortLink,
} from '../packages/local-e2b/src/options.ts'
import { type LocalE2B, startE2B } from '../packages/local-e2b/src/server.ts'
import { MARKERS } from '../sandbox/processes.ts'
import { openApiPort } from './api-port.ts'
import { serveDashboard } from './dashboard/serve.ts'
import { type Model, startModel } from './model/server.ts'
import { type Channels, startChannels } from './providers/channels.ts'
import { openSandboxPort } from './sandbox-port.ts'
import { DEFAULT_PEOPLE } from './settings.ts'
import { lockState } from './state-lock.ts'
import { synthesise } from './synth.ts'
import { installedCli, sandboxTools } from './tools.ts'

export interface BatonOptions {
  /** The root folder of the checkout. */
  readonly root: string
  /** Holds everything that survives a restart. Only one Baton may use it at a time. */
  readonly stateDir: string
  /** 0 for any free port. */
  readonly port: number
  /** The operator's bearer token. */
  readonly token: string
  /** The bearer token for read-only access. */
  readonly readToken: string
  readonly isolation: 'auto' | IsolationKind
  /** With a key the real model responds, otherwise the scripted one. */
  readonly anthropicKey?: string | undefined
  readonly limits?: Limits
  /** Sandboxes keep their files over a restart, as in the cloud. */
  readonly keepSandboxes?: boolean
  /** For tests: makes pauses of sandboxes slow and unreliable, as this seed chooses. */
  readonly pauseSeed?: number | undefined
  /** For tests: connects to the hosts outside that sandboxes may reach. */
  readonly connectOutside?: ConnectOutside | undefined
  /** The people that Baton answers: phone numbers, email addresses, and domains as `@example.com`. */
  readonly people?: readonly string[]
  /** Settings of a deployment that also apply on this machine, by name. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined
  /** Environment variables of functions that override the template's. */
  readonly variables?: Readonly<Record<string, string>> | undefined
  /** The folder of the built dashboard, which is at `/`. The API does not wait until it is built. */
  readonly dashboard?: Promise<string> | undefined
  /** For tests: what CloudFormation says is deployed: a template, or null for nothing. By default what runs. */
  readonly deployed?: string | null | undefined
  /** For tests: the executable that runs as the CLI. */
  readonly claude?: string | undefined
  /** For tests: called with every request of a function to AWS or E2B before it is performed. */
  readonly intercept?: Intercept
  /** For measurements: hears of each process of a function what it does next. */
  readonly onStage?: OnStage
  readonly log: (line: string) => void
}

export interface LocalBaton extends Pick<Channels, 'twilio' | 'sendgrid'> {
  readonly url: string
  readonly token: string
  readonly aws: LocalAws
  readonly e2b: LocalE2B
  /** Where isolated sandboxes reach the callback and objects. */
  readonly sandboxPort: number
  /** The scripted model, or undefined if the real one is in use. */
  readonly model: Model | undefined
  close(): Promise<void>
}

/** How the command line reaches this AWS (cli/stack-access.ts). The credentials end with this process. */
function noteAws(stateDir: string, { endpoint, region, credentials, resources }: LocalAws): void {
  const file = path.join(stateDir, 'aws.json')
  // Removed first, because a file that exists keeps its mode.
  rmSync(file, { force: true })
  const all = resources.all.map(({ logicalId, type, physicalId }) => ({
    logicalId,
    type,
    physicalId,
  }))
  const content = { endpoint, region, credentials, stack: STACK, resources: all }
  writeFileSync(file, JSON.stringify(content), { mode: 0o600 })
}

/** The name of the template's stack, and the prefix of its secrets. */
const STACK = 'Baton'

/**
 * Starts everything. If a part fails to start, the others are stopped again. Throws at once, saying what to do, if
 * the state folder or the port is in use.
 */
export async function startBaton(options: BatonOptions): Promise<LocalBaton> {
  const {
    root,
    stateDir,
    port,
    token,
    readToken,
    isolation,
    anthropicKey,
    limits,
    keepSandboxes = false,
    pauseSeed,
    connectOutside,
    people = DEFAULT_PEOPLE,
    settings,
    variables,
    dashboard,
    claude = installedCli(root),
    deployed,
    intercept,
    onStage,
    log,
  } = options
  const closing: (() => Promise<void>)[] = []
  const close = async () => {
    for (const end of closing.splice(0).reverse()) await end()
  }
  try {
    const lock = lockState(stateDir)
    closing.push(async () => lock.release())
    const api = await openApiPort(port, log)
    closing.push(() => api.close())
    lock.answersAt(api.url)
    const assembly = await synthesise(root, settings)
    const tools = await sandboxTools(stateDir, claude)
    const modelKey = anthropicKey ?? `scripted-${randomBytes(12).toString('hex')}`
    const model = anthropicKey ? undefined : await startModel({ apiKey: modelKey, log })
    if (model) closing.push(() => model.close())

    let links: readonly PortLink[] = []
    let sandboxPort = 0
    const e2b = await startE2B({
      stateDir: path.join(stateDir, 'e2b'),
      isolation,
      apiKey: `local-${randomBytes(12).toString('hex')}`,
      templates: ['baton'],
      tools,
      sudoKeeps: MARKERS,
      links: () => links,
      // A checkout below /usr would be readable otherwise, with its tokens and its .env.
      hidden: [root, stateDir],
      keepSandboxes,
      ...(limits && { limits }),
      ...(pauseSeed !== undefined && { pauseSeed }),
      ...(connectOutside && { connectOutside }),
      log,
    })
    closing.push(() => e2b.close())
    if (anthropicKey && e2b.isolation === 'none' && isolation !== 'none')
      throw new Error(
        'The real model only runs where bubblewrap works: install bubblewrap, set BATON_MODEL=scripted, or pass --no-isolation.',
      )
    const channels = await startChannels({ token, people, stack: STACK, log })
    closing.push(() => channels.close())
    const { E2B_API_KEY: e2bKey, ...e2bEnv } = e2b.env
    const page = dashboard && serveDashboard(dashboard)
    const aws = await startAws({
      assembly,
      stateDir: path.join(stateDir, 'aws'),
      port: api,
      ...(model && { parameters: { ModelBaseUrl: model.url } }),
      secrets: {
        [`${STACK}/api-token`]: token,
        [`${STACK}/read-token`]: readToken,
        [`${STACK}/e2b-api-key`]: e2bKey,
        [`${STACK}/anthropic-api-key`]: modelKey,
        ...channels.secrets,
      },
      lambdaEnv: {
        ...e2bEnv,
        ...channels.env,
        CONSOLE_URL: '',
        DASHBOARD_URL: api.url,
        ...variables,
      },
      deployed,
      before: async (request, response) =>
        (await page?.(request, response)) || channels.before(request, response),
      intercept,
      onStage,
      log,
      // The callback, links to objects and the gateway, but neither the rest of the API nor the model itself.
      onOpen: async ({ api: { port, handle }, functionUrls }) => {
        const filtered = await openSandboxPort({ handle }, log)
        closing.push(() => filtered.close())
        sandboxPort = filtered.port
        links = [
          { port, hostPort: sandboxPort },
          ...functionUrls.map((url) => ({ port: url.port, hostPort: url.port })),
        ]
      },
    })
    closing.push(() => aws.close())
    noteAws(stateDir, aws)
    const { twilio, sendgrid } = channels
    return { url: aws.url, token, aws, e2b, sandboxPort, model, twilio, sendgrid, close }
  } catch (error) {
    await close()
    throw error
  }
}
