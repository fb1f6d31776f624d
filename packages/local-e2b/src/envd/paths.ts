/** Resolves a request's paths and users in this sandbox. */
import type { IncomingMessage } from 'node:http'
import { isAbsolute, join, resolve } from 'node:path'
import type { EnvdConfig } from './config.ts'
import { RpcError } from './connect-protocol.ts'

const DEFAULT_USER = 'user'

/** Returns the user in a request's Basic authorization, which the SDK sends; `user` if there is none. */
export function userOf(request: IncomingMessage): string {
  const [, encoded] = /^Basic (.+)$/.exec(request.headers.authorization ?? '') ?? []
  if (!encoded) return DEFAULT_USER
  return Buffer.from(encoded, 'base64').toString().split(':')[0] || DEFAULT_USER
}

/**
 * Returns the home folder of `user`. Only `user` and `root` exist; both run under the same uid.
 *
 * @throws RpcError `unauthenticated` for any other name, as E2B's daemon does
 */
export function homeOf(config: EnvdConfig, user: string): string {
  const home = config.homes[user]
  if (home === undefined) throw new RpcError('unauthenticated', `invalid username: '${user}'`)
  return home
}

/**
 * Returns the absolute path that a request means. `~` and relative paths start at the user's home.
 *
 * Without isolation `/home/user/…`, `/root/…` and `/tmp/…` lead into the sandbox's private folder. That applies to
 * the files API and a command's `cwd` only: an absolute path in a command line is the host's, so such code uses
 * `~`, `$TMPDIR` and relative paths.
 */
export function resolvePath(config: EnvdConfig, user: string, path: string): string {
  const home = homeOf(config, user)
  if (path === '' || path === '~') return home
  if (path.startsWith('~/')) return join(home, path.slice(2))
  if (path.startsWith('~'))
    throw new RpcError('invalid_argument', `the home of another user is not available: '${path}'`)
  return isAbsolute(path) ? mapped(config, resolve(path)) : join(home, path)
}

function mapped({ pathMap }: EnvdConfig, path: string): string {
  for (const [from, to] of pathMap)
    if (path === from || path.startsWith(`${from}/`)) return to + path.slice(from.length)
  return path
}
