/** E2B's filesystem service: `filesystem.Filesystem/*`. */
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { EnvdConfig } from './config.ts'
import { RpcError } from './connect-protocol.ts'
import { describeEntry, listEntries } from './entry.ts'
import { resolvePath } from './paths.ts'
import * as requests from './requests.ts'
import { parseRequest } from './requests.ts'
import type { Service, StreamMethod, UnaryMethod } from './service.ts'
import { watchFolder } from './watch.ts'

/** The filesystem service over one sandbox's files. */
export function filesystemService(config: EnvdConfig): Service {
  const pathOf = (body: unknown, user: string): string =>
    resolvePath(config, user, parseRequest(requests.pathRequest, body).path)

  const statEntry: UnaryMethod = async (body, user) => ({
    entry: await describeEntry(pathOf(body, user)),
  })

  const listDir: UnaryMethod = async (body, user) => {
    const request = parseRequest(requests.listDirRequest, body)
    const folder = await folderAt(resolvePath(config, user, request.path))
    return { entries: await listEntries(folder, Math.max(1, request.depth)) }
  }

  const makeDir: UnaryMethod = async (body, user) => {
    const path = pathOf(body, user)
    const existing = await stat(path).catch(() => undefined)
    if (existing?.isDirectory())
      throw new RpcError('already_exists', `directory already exists: ${path}`)
    if (existing)
      throw new RpcError('invalid_argument', `path exists and is not a directory: ${path}`)
    await mkdir(path, { recursive: true })
    return { entry: await describeEntry(path) }
  }

  const move: UnaryMethod = async (body, user) => {
    const request = parseRequest(requests.moveRequest, body)
    const source = resolvePath(config, user, request.source)
    const destination = resolvePath(config, user, request.destination)
    await describeEntry(source)
    await mkdir(dirname(destination), { recursive: true })
    await rename(source, destination)
    return { entry: await describeEntry(destination) }
  }

  const remove: UnaryMethod = async (body, user) => {
    await rm(pathOf(body, user), { recursive: true, force: true })
    return {}
  }

  const watchDir: StreamMethod = async (body, user, stream) => {
    const request = parseRequest(requests.watchRequest, body)
    await watchFolder(await folderAt(resolvePath(config, user, request.path)), request, stream)
  }

  const pollingWatcher: UnaryMethod = () => {
    throw new RpcError('unimplemented', 'polling watchers are not implemented: use WatchDir')
  }

  return {
    unary: {
      'filesystem.Filesystem/Stat': statEntry,
      'filesystem.Filesystem/ListDir': listDir,
      'filesystem.Filesystem/MakeDir': makeDir,
      'filesystem.Filesystem/Move': move,
      'filesystem.Filesystem/Remove': remove,
      'filesystem.Filesystem/CreateWatcher': pollingWatcher,
      'filesystem.Filesystem/GetWatcherEvents': pollingWatcher,
      'filesystem.Filesystem/RemoveWatcher': pollingWatcher,
    },
    streams: { 'filesystem.Filesystem/WatchDir': watchDir },
  }
}

async function folderAt(path: string): Promise<string> {
  if ((await stat(path)).isDirectory()) return path
  throw new RpcError('invalid_argument', `path is not a directory: ${path}`)
}
