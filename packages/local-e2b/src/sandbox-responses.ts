/** The control plane's responses about a sandbox, typed by the SDK's OpenAPI schema. */
import type { components } from 'e2b'
import type { Sandbox } from './sandbox.ts'

type Schemas = components['schemas']

/** The SDK chooses its protocol by this version. */
const ENVD_VERSION = '0.6.13'
/** E2B's defaults, for information only: a local sandbox is not limited to them. */
const MACHINE = { cpuCount: 2, memoryMB: 512, diskSizeMB: 1024 }

/** The response to create and connect: what the SDK needs to reach it. */
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

/** One entry of a list. */
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

/** The response to getInfo. */
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
