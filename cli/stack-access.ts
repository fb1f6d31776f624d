/** The AWS of the Baton that a command is for: the operator's account, or that of this machine. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'
import { CliError } from './errors.ts'
import { type Resource, resourcesOf } from './stack-resources.ts'
import { stateFolder, type Target } from './target.ts'

/** What clients of the AWS SDK are made with. It is empty for a deployment: they find the operator's settings. */
export type ClientConfig = Partial<
  Pick<z.infer<typeof local>, 'endpoint' | 'region' | 'credentials'>
>

export interface StackAccess {
  /** The name of the stack, and the prefix of its secrets. */
  readonly stack: string
  readonly config: ClientConfig
  readonly resources: readonly Resource[]
}

/** What `npm start` writes (local/baton.ts). */
const local = z.object({
  endpoint: z.string(),
  region: z.string(),
  credentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
  stack: z.string(),
  resources: z.array(z.object({ logicalId: z.string(), type: z.string(), physicalId: z.string() })),
})

/**
 * Returns how to reach the stack of a target; `stack` is the name of a deployed one. Throws a CliError if there is no
 * such stack, or if `npm start` has to be started again.
 */
export async function stackAccess({ isLocal }: Target, stack: string): Promise<StackAccess> {
  return isLocal ? localAccess() : { stack, config: {}, resources: await resourcesOf(stack) }
}

function localAccess(): StackAccess {
  const file = path.join(stateFolder(), 'aws.json')
  const cure = 'Start npm start again.'
  if (!existsSync(file)) throw new CliError(`${file} is missing.`, { cure })
  const { data, error } = local.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (error) throw new CliError(`${file} is of another version of Baton.`, { cure, cause: error })
  const { stack, resources, ...config } = data
  return { stack, config, resources }
}
