/** What the server tells a sandbox's daemon at its start: one JSON line on its standard input. */
import * as z from 'zod/mini'

const link = z.object({ port: z.number(), socket: z.string() })

export const envdConfig = z.object({
  sandboxId: z.string(),
  /** What every request must carry; here and not in the environment, which the sandbox can read. */
  token: z.string(),
  /** The unix socket to listen on, as the daemon sees it. */
  socket: z.string(),
  /** Where `~` and relative paths of each user lead. */
  homes: z.record(z.string(), z.string()),
  /** Environment of every command, below the sandbox's and the command's own. */
  environment: z.record(z.string(), z.string()),
  sandboxEnvironment: z.record(z.string(), z.string()),
  /** Absolute paths of the files API that lead elsewhere: `[prefix, replacement]`. */
  pathMap: z.array(z.tuple([z.string(), z.string()])),
  /** Whether `bash -l` may read the login files it finds. */
  loginFiles: z.boolean(),
  /** Whether all processes in sight are the sandbox's own. */
  ownPidNamespace: z.boolean(),
  /** Ports to listen on and relay to a socket of the server. */
  links: z.array(link),
})

export type EnvdConfig = z.infer<typeof envdConfig>
export type Link = z.infer<typeof link>

/** What the server may ask for on the same pipe once the daemon has said `ready`. */
export const envdCommand = z.enum(['freeze', 'thaw'])
export type EnvdCommand = z.infer<typeof envdCommand>

/** What the daemon says on its standard output, a line each. */
export type EnvdEvent = 'ready' | 'frozen' | 'thawed'
