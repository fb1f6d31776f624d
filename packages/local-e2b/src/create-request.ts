/** The body of a create call, as far as a local sandbox supports it. */
import type { components } from 'e2b'
import * as z from 'zod'
import { ApiError } from './json-http.ts'
import { checkRules, networkRules } from './network-rules.ts'

type NewSandbox = components['schemas']['NewSandboxV2']

const DEFAULT_TIMEOUT_SECONDS = 300

/** Seconds, as every timeout of the control plane. */
export const timeoutSeconds = z.int().min(0)

export const createRequest = z.strictObject({
  templateID: z.string(),
  timeout: timeoutSeconds
    .refine((seconds) => seconds > 0, 'Timeout must be greater than 0')
    .default(DEFAULT_TIMEOUT_SECONDS),
  metadata: z.record(z.string(), z.string()).default({}),
  envVars: z.record(z.string(), z.string()).default({}),
  autoPause: z.boolean().default(false),
  autoPauseMemory: z.boolean().default(true),
  autoResume: z.looseObject({ enabled: z.boolean() }).default({ enabled: false }),
  allow_internet_access: z.boolean().optional(),
  network: networkRules.optional(),
  secure: z.boolean().optional(),
})
export type CreateRequest = z.infer<typeof createRequest>

/** Options that change what a sandbox can do and are supported in the cloud only. */
const CLOUD_ONLY: Partial<Record<keyof NewSandbox, string>> = {
  iam: 'workload identity (iam)',
  mcp: 'the MCP gateway (mcp)',
  volumeMounts: 'volumes (volumeMounts)',
}

/** Network options that the sandbox's own code would depend on. */
const CLOUD_ONLY_NETWORK = { rules: 'network rules', egressProxy: 'an egress proxy' } as const

/**
 * Parses `body` as a create request.
 *
 * @throws ApiError 501 naming an option that is supported in the cloud only, 400 naming a field that is wrong
 */
export function parseCreateRequest(body: unknown): CreateRequest {
  refuseFields(body, CLOUD_ONLY)
  const request = parseBody(createRequest, body)
  refuseFields(request.network, CLOUD_ONLY_NETWORK)
  if (request.network) checkRules(request.network)
  if (request.autoResume.enabled && !request.autoPauseMemory)
    throw new ApiError(
      400,
      'autoResume needs autoPauseMemory: such a sandbox is resumed by connect',
    )
  return request
}

/** @throws ApiError 400 naming each field that is wrong */
export function parseBody<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  throw new ApiError(400, `the request body is wrong: ${z.prettifyError(result.error)}`)
}

function refuseFields(value: unknown, refused: Readonly<Record<string, string>>): void {
  if (typeof value !== 'object' || value === null) return
  for (const [field, what] of Object.entries(refused))
    if (field in value)
      throw new ApiError(501, `${what} is not implemented by the local E2B server`)
}
