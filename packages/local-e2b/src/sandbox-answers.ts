/** What the control plane answers about a sandbox, typed by the SDK's own OpenAPI. */
import type { components } from 'e2b'
import type { Sandbox } from './sandbox.ts'

type Schemas = components['schemas']

/** The SDK chooses its protocol by it: the newest its facts were measured with. */
const ENVD_VERSION = '0.6.13'
/** E2B's defaults; nothing here limits a local sandbox to them. */
const MACHINE = { cpuCount: 2, memoryMB: 512, diskSizeMB: 1024 }

/** To create and connect: what the SDK needs to reach it. */
export const created = ({ id, token, request }: Sandbox): Schemas['Sandbox'] => ({
  sandboxID: id,
  templateID: request.templateID,
  alias: request.templateID,
  clientID: 'local',
  envdVersion: ENVD_VERSION,
  envdAccessToken: token,
  domain: null,
  trafficAccessToken: null,
})

/** To list: one entry of a page. */
export const listed = ({
  id,
  request,
  state,
  startedAt,
  endAt,
}: Sandbox): Schemas['ListedSandbox'] => ({
  sandboxID: id,
  templateID: request.templateID,
  alias: request.templateID,
  clientID: 'local',
  envdVersion: ENVD_VERSION,
  startedAt: new Date(startedAt).toISOString(),
  endAt: new Date(endAt).toISOString(),
  state,
  metadata: request.metadata,
  ...MACHINE,
})

/** To getInfo: everything. */
export const detailed = (sandbox: Sandbox): Schemas['SandboxDetail'] => {
  const { token, request, network } = sandbox
  return {
    ...listed(sandbox),
    envdAccessToken: token,
    domain: null,
    allowInternetAccess: request.allow_internet_access ?? null,
    ...(network && { network }),
    lifecycle: {
      onTimeout: request.autoPause ? 'pause' : 'kill',
      autoResume: request.autoResume.enabled,
    },
  }
}
