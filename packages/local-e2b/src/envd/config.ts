/** The daemon's configuration, which the server writes to its standard input as one line of JSON. */
import * as z from 'zod/mini'

const link = z.object({ port: z.number(), socket: z.string() })

export const envdConfig = z.object({
  sandboxId: z.string(),
  /** The token that every request must carry. It is not in the environment, because the sandbox can read that. */
  token: z.string(),
  /** The unix socket to listen on, as the daemon sees it. */
  socket: z.string(),
  /** Where `~` and relative paths of each user lead. */
  homes: z.record(z.string(), z.string()),
  /** Environment of every command; the sandbox's and the command's own override it. */
  environment: z.record(z.string(), z.string()),
  sandboxEnvironment: z.record(z.string(), z.string()),
  /** Absolute paths of the files API that lead elsewhere: `[prefix, replacement]`. */
  pathMap: z.array(z.tuple([z.string(), z.string()])),
  /** Whether `bash -l` may read login files. */
  loginFiles: z.boolean(),
  /** Whether every visible process belongs to the sandbox. */
  ownPidNamespace: z.boolean(),
  /** Ports to listen on, each relayed to a socket of the server. */
  links: z.array(link),
})

export type EnvdConfig = z.infer<typeof envdConfig>
export type Link = z.infer<typeof link>

/** Requests that the server may send on the same pipe after the daemon has sent `ready`. */
export const envdCommand = z.enum(['freeze', 'thaw'])
export type EnvdCommand = z.infer<typeof envdCommand>

/** Messages of the daemon on its standard output, one a line. `frozen alone`: nothing but the daemon was there to freeze. */
export type EnvdEvent = 'ready' | 'frozen' | 'frozen alone' | 'thawed'
