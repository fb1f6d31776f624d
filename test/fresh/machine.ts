/** This machine as a newcomer has it: without npm's environment and without this checkout's modules on PATH. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

/** The user that commands run as; nothing of it comes from the current user. */
export interface User {
  readonly name: string
  readonly uid?: number
  readonly gid?: number
}

export interface Machine {
  /** The environment of every command; `HOME` is the place's. */
  readonly environment: Environment
  readonly root: Found
  readonly ordinary: Found
}

/** A user that commands can run as, or why there is none. */
export type Found = User | string

/** A uid without an account, as containers use. */
const UNKNOWN_UID = 64_321

/** Variables passed on, above all the network settings: without them a cold cache gets no packages. */
const PASSED_ON =
  /^(LANG|TERM|(https?|no)_proxy|node_extra_ca_certs|ssl_cert_(file|dir)|npm_config_registry)$/i

const outsidePath = () =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => isAbsolute(folder) && !/node_modules|node-gyp-bin/.test(folder))

export function lookAround(): Machine {
  const environment: Environment = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => PASSED_ON.test(name))),
    npm_config_registry: registry(),
    PATH: outsidePath().join(delimiter),
  }
  const isRoot = process.getuid?.() === 0
  const name = 'an ordinary user'
  const unknown = { name, uid: UNKNOWN_UID, gid: UNKNOWN_UID }
  return {
    environment,
    root: isRoot ? { name: 'root' } : 'this is not run as root',
    ordinary: isRoot ? (whyNot(unknown, environment) ?? unknown) : { name },
  }
}

const NAMESPACES = ['--unshare-user', '--unshare-pid', '--unshare-net', '--ro-bind', '/', '/']

/** Returns why this user cannot use bubblewrap here, or undefined if they can. */
export function whyNoBubblewrap({ uid, gid }: User, env: Environment): string | undefined {
  const words = [...NAMESPACES, '--proc', '/proc', 'true']
  const { error, status, stderr } = spawnSync('bwrap', words, {
    uid,
    gid,
    cwd: '/',
    env: { ...env },
  })
  if (error) return 'bubblewrap is not installed'
  return status === 0 ? undefined : `bubblewrap does not work here: ${stderr.toString().trim()}`
}

const registry = () =>
  spawnSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).stdout.trim()

/** Returns why the user cannot run what they need: it may be accessible to root only. */
function whyNot({ uid, gid }: User, env: Environment): string | undefined {
  for (const command of ['node', 'npm', 'git']) {
    const options = { uid, gid, cwd: '/', env: { ...env, HOME: '/' } }
    if (spawnSync(command, ['--version'], options).status !== 0)
      return `${command} cannot be run by another user than root`
  }
  return undefined
}

/** Returns a PATH like the current one, but without this command: links in `folder`. */
export function pathWithout(command: string, folder: string): string {
  mkdirSync(folder, { mode: 0o755 })
  const linked = new Set([command])
  for (const from of outsidePath())
    for (const name of namesIn(from)) {
      if (linked.has(name)) continue
      linked.add(name)
      symlinkSync(join(from, name), join(folder, name))
    }
  return folder
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
