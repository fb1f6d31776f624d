/** The requests of E2B's process and filesystem services in Protobuf's JSON format: absent fields have defaults. */
import * as z from 'zod/mini'
import { RpcError } from './connect-protocol.ts'

const text = z._default(z.string(), '')
const flag = z._default(z.boolean(), false)

const processSelector = z.object({ pid: z.optional(z.number()), tag: z.optional(z.string()) })
export type ProcessSelector = z.infer<typeof processSelector>

const processConfig = z.object({
  cmd: z.string(),
  args: z._default(z.array(z.string()), []),
  envs: z._default(z.record(z.string(), z.string()), {}),
  cwd: z.optional(z.string()),
})

export const startRequest = z.object({
  process: processConfig,
  pty: z.optional(z.unknown()),
  tag: z.optional(z.string()),
  /** New SDKs set it explicitly; old ones omit it and expect an open stdin. */
  stdin: z._default(z.boolean(), true),
})
export type StartRequest = z.infer<typeof startRequest>

export const selectRequest = z.object({ process: processSelector })
export const inputRequest = z.object({
  process: processSelector,
  input: z.object({ stdin: z.optional(z.string()), pty: z.optional(z.string()) }),
})
export const signalRequest = z.object({ process: processSelector, signal: z.string() })

export const pathRequest = z.object({ path: text })
export const listDirRequest = z.object({ path: text, depth: z._default(z.number(), 1) })
export const moveRequest = z.object({ source: text, destination: text })
export const watchRequest = z.object({ path: text, recursive: flag, includeEntry: flag })

/**
 * Parses `value` as the request that `schema` describes.
 *
 * @throws RpcError `invalid_argument` naming the field
 */
export function parseRequest<T extends z.ZodMiniType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new RpcError('invalid_argument', problems.join('; '))
}
