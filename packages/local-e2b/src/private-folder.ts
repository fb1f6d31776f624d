/** No isolation: plain processes with a private folder and an environment from an allow-list. */
import { mkdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Building, Isolation, Launch, Place } from './isolation.ts'
import { MARK } from './marked-processes.ts'

const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
/** The variables that a sandbox inherits from the server. E2B's sandboxes have no locale. */
const ALLOWED_VARIABLES = ['TZ']

const REPORT =
  'A sandbox is a private folder and an environment from an allow-list only. What runs in it is ' +
  'your user: it can read your files, reach the network and see other processes.'

/** @param why the report's reason for no isolation */
export function createPrivateFolder(building: Building, why: string): Isolation {
  const bin = linkTools(building)
  return {
    kind: 'none',
    report: `none, because ${why}. ${REPORT}`,
    launch: (place, id) => launch(building, bin, place, id),
  }
}

function launch(building: Building, bin: string, place: Place, sandboxId: string): Launch {
  const home = join(place.folder, 'home/user')
  const root = join(place.folder, 'root')
  const tmp = join(place.folder, 'tmp')
  const environment = {
    ...allowedVariables(),
    PATH: `${bin}:${SYSTEM_PATH}`,
    SHELL: '/bin/bash',
    E2B_SANDBOX: 'true',
    TMPDIR: tmp,
    [MARK]: sandboxId,
  }
  return {
    command: process.execPath,
    args: [building.daemon],
    environment: { ...environment, HOME: home },
    view: {
      socket: join(place.socketFolder, 'envd.sock'),
      homes: { user: home, root },
      environment,
      pathMap: [
        ['/home/user', home],
        ['/root', root],
        ['/tmp', tmp],
      ],
      loginFiles: false,
      ownPidNamespace: false,
      // The host's loopback is the sandbox's own.
      links: [],
    },
  }
}

function linkTools({ stateDir, tools }: Building): string {
  const bin = join(stateDir, 'bin')
  rmSync(bin, { recursive: true, force: true })
  mkdirSync(bin, { recursive: true })
  for (const { name, file } of tools) symlinkSync(realpathSync(file), join(bin, name))
  return bin
}

const allowedVariables = (): Record<string, string> =>
  Object.fromEntries(
    ALLOWED_VARIABLES.flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
