/** What this machine is as a newcomer has it: nothing of npm's environment here, none of our modules on PATH. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

/** Whom commands run as; nothing of it is whoever runs this. */
export interface User {
  readonly name: string
  readonly uid?: number
  readonly gid?: number
}

export interface Machine {
  /** What every command gets; `HOME` is the place's. */
  readonly environment: Environment
  readonly root: Found
  readonly ordinary: Found
}

/** A user that commands can run as, or why there is none. */
export type Found = User | string

/** One that no account has, as containers run programs. */
const UNKNOWN_UID = 64_321

/** The way out of here: without it a cold cache gets no packages. */
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

/** Why this user has no bubblewrap here, if so. */
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

/** What a user needs may be where only root can read it. */
function whyNot({ uid, gid }: User, env: Environment): string | undefined {
  for (const command of ['node', 'npm', 'git']) {
    const options = { uid, gid, cwd: '/', env: { ...env, HOME: '/' } }
    if (spawnSync(command, ['--version'], options).status !== 0)
      return `${command} cannot be run by another user than root`
  }
  return undefined
}

/** A PATH that has all that ours has, but for this command: links in `folder`. */
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
