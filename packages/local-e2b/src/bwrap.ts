/** Isolation by bubblewrap: each sandbox has namespaces of its own, and its network consists of its links. */
import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, mkdtempSync, readlinkSync, realpathSync, rmSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { type Building, type Isolation, type Launch, makeFolders, type Place } from './isolation.ts'
import { MARK } from './marked-processes.ts'
import { bindEtc, HOSTNAME } from './minimal-etc.ts'

const BIN = '/opt/sandbox/bin'
const PATH = `${BIN}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`
const NODE = '/opt/sandbox/envd/node'
const DAEMON = '/opt/sandbox/envd/envd.cjs'
const RUN = '/run/sandbox'
const SYSTEM_FOLDERS = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']
const OWN_NAMESPACES = ['user', 'pid', 'ipc', 'uts', 'net']
const PROBE_TIMEOUT_MS = 10_000

const REPORT =
  'bwrap. Each sandbox has its own user, processes, home, /tmp and network, and reaches the ' +
  "linked ports of this machine and the hosts that its network rules name. It shares the kernel and can read the host's /usr; CPU, " +
  'memory and disk are not limited, and it is no boundary like a virtual machine.'

/** Isolates by bubblewrap; {@link probeBwrap} checks whether it works here. */
export function createBwrap(building: Building): Isolation {
  const shared = [
    ...bindSystem(),
    ...hideBelowSystem(building.hidden),
    ...bindEtc(building.stateDir, BIN),
    ...bindPrograms(building),
  ]
  return { kind: 'bwrap', report: REPORT, launch: (place, id) => launch(shared, place, id) }
}

const isMissing = (error: NodeJS.ErrnoException | undefined) => error?.code === 'ENOENT'

/**
 * Returns why bubblewrap does not work here with these arguments, or undefined if it does.
 *
 * It sets up a whole sandbox and compares the namespaces inside with the host's.
 */
export function probeBwrap(bwrap: Isolation, stateDir: string): string | undefined {
  const folder = mkdtempSync(join(stateDir, 'probe-'))
  try {
    const place = { folder, socketFolder: join(folder, 'run'), links: [] }
    makeFolders(place)
    const { command, environment, descriptor3 } = bwrap.launch(place, 'probe')
    const namespaces = OWN_NAMESPACES.map((name) => `/proc/self/ns/${name}`)
    const question = `readlink ${namespaces.join(' ')} && exec ${NODE} --version`
    const probe = spawnSync(command, ['--args', '0', '--', '/bin/bash', '-c', question], {
      env: environment,
      input: descriptor3,
      encoding: 'utf8',
      timeout: PROBE_TIMEOUT_MS,
    })
    if (probe.status !== 0)
      // bubblewrap's own message first: if it ends early, writing to it fails too.
      return (
        probe.stderr?.trim() ||
        (isMissing(probe.error) ? 'it is not installed' : probe.error?.message) ||
        `it ended with ${probe.status}`
      )
    const inside = probe.stdout.split('\n')
    const common = namespaces.find((path, index) => readlinkSync(path) === inside[index])
    return common && `${common} is the host's own`
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function launch(shared: readonly string[], place: Place, sandboxId: string): Launch {
  const proxy = place.proxy === undefined ? [] : [{ port: PROXY_PORT, socket: place.proxy }]
  const links = [...place.links, ...proxy].map(({ port, socket }) => ({
    port,
    hostSocket: socket,
    socket: `${RUN}/links/${port}`,
  }))
  const own = [
    ['--bind', join(place.folder, 'home'), '/home'],
    ['--bind', join(place.folder, 'root'), '/root'],
    ['--bind', join(place.folder, 'tmp'), '/tmp'],
    ['--bind', place.socketFolder, `${RUN}/envd`],
    ...links.map(({ hostSocket, socket }) => ['--ro-bind', hostSocket, socket]),
    // Only visible from outside: the host uses it to find leftover processes of a sandbox.
    ['--setenv', MARK, sandboxId],
    // If the host runs this as root, the sandbox's uid owns /proc/sys in any namespace.
    ['--remount-ro', '/proc'],
    ['--remount-ro', '/'],
    ['--chdir', '/home/user'],
  ].flat()
  return {
    command: findBwrap(),
    // Passed by descriptor, because the command line of the first process can be read inside.
    args: ['--args', '3', '--', NODE, DAEMON],
    // Not even the host's PATH: this environment can be read inside, too.
    environment: { PATH, [MARK]: sandboxId },
    descriptor3: [...ISOLATE, ...shared, ...own].join('\0'),
    view: {
      socket: `${RUN}/envd/envd.sock`,
      homes: { user: '/home/user', root: '/root' },
      environment: {
        ...{ PATH, SHELL: '/bin/bash', E2B_SANDBOX: 'true' },
        ...(proxy.length > 0 && PROXY_ENVIRONMENT),
      },
      pathMap: [],
      loginFiles: true,
      ownPidNamespace: true,
      links: links.map(({ port, socket }) => ({ port, socket })),
    },
  }
}

/** What is usual for a proxy. */
const PROXY_PORT = 3128
const PROXY = `http://127.0.0.1:${PROXY_PORT}`
const DIRECT = 'localhost,127.0.0.1,::1'

/** Tells programs of the proxy; the names are those of curl, which most programs have taken over. */
const PROXY_ENVIRONMENT = {
  ...{ http_proxy: PROXY, https_proxy: PROXY, no_proxy: DIRECT },
  ...{ HTTP_PROXY: PROXY, HTTPS_PROXY: PROXY, NO_PROXY: DIRECT },
  NODE_USE_ENV_PROXY: '1',
}

const ISOLATE = [
  ...OWN_NAMESPACES.map((name) => `--unshare-${name}`),
  '--unshare-cgroup-try',
  ...['--uid', '1000', '--gid', '1000', '--hostname', HOSTNAME],
  ...['--die-with-parent', '--new-session', '--clearenv', '--setenv', 'PATH', PATH],
  ...['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/var/tmp'],
]

/** Searches this process's PATH only: a bare name would be searched on the PATH that the sandbox is started with. */
function findBwrap(): string {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(isAbsolute)
  return folders.map((folder) => join(folder, 'bwrap')).find(existsSync) ?? 'bwrap-not-on-PATH'
}

/** Binds the system's folders as they are: a link stays a link. */
function bindSystem(): string[] {
  return SYSTEM_FOLDERS.flatMap((folder) => {
    const stats = lstatSync(folder, { throwIfNoEntry: false })
    if (!stats) return []
    if (stats.isSymbolicLink()) return ['--symlink', readlinkSync(folder), folder]
    return ['--ro-bind', folder, folder]
  })
}

/** An empty folder instead of each of these that is below a folder of the system, such as a checkout in `/usr/src`. */
function hideBelowSystem(folders: readonly string[]): string[] {
  return folders.filter(existsSync).flatMap((folder) => {
    const real = realpathSync(folder)
    return SYSTEM_FOLDERS.some((system) => real.startsWith(`${system}/`)) ? ['--tmpfs', real] : []
  })
}

function bindPrograms({ daemon, tools }: Building): string[] {
  const programs = [
    [process.execPath, NODE],
    [daemon, DAEMON],
    ...tools.map(({ name, file }) => [realpathSync(file), `${BIN}/${name}`]),
  ]
  return programs.flatMap(([from = '', to = '']) => ['--ro-bind', from, to])
}
