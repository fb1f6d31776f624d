/** Boots a sandbox's daemon, and freezes, thaws and ends it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { EnvdCommand, EnvdConfig, EnvdEvent } from './envd/config.ts'
import { type HostLink, type Isolation, type Launch, makeFolders } from './isolation.ts'
import { endProcesses } from './marked-processes.ts'
import type { Log } from './options.ts'
import type { SandboxFolder } from './state-dir.ts'

const BOOT_TIMEOUT_MS = 30_000
const KEPT_ERROR_LINES = 5

/** A running daemon and everything that it runs. */
export interface Box {
  /** The socket of its HTTP server. */
  readonly socket: string
  /** Resolves when the daemon has ended for any reason. */
  readonly exited: Promise<void>
  /** Resolves with whether nothing but the daemon runs in the sandbox. */
  freeze(): Promise<boolean>
  thaw(): Promise<void>
  /** Ends every process of the sandbox; resolves when none is left. */
  end(): Promise<void>
}

export interface BoxPlan {
  readonly id: string
  readonly token: string
  readonly environment: Readonly<Record<string, string>>
  readonly folder: SandboxFolder
  readonly links: readonly HostLink[]
  /** The socket of an HTTP proxy, if hosts outside may be reached. */
  readonly proxy: string | undefined
}

/**
 * Starts a daemon and waits until it listens.
 *
 * @throws Error with the daemon's last output if it ends before, or takes over 30 s
 */
export async function bootBox(isolation: Isolation, plan: BoxPlan, log: Log): Promise<Box> {
  const { folder, links, proxy } = plan
  const socketFolder = join(folder.socketDir, 'boot')
  const place = { folder: folder.path, socketFolder, links, proxy }
  makeFolders(place)
  const launch = isolation.launch(place, plan.id)
  const child = start(launch)
  const exited = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('exit', () => resolve())
  })
  const lastWords = collectErrors(child, (line) => log(`${plan.id}: ${line}`))
  const send = (line: string) => void child.stdin?.write(`${line}\n`)
  const waitFor = listen(child, exited, lastWords)
  const end = async () => {
    child.kill('SIGKILL')
    await exited
    await endProcesses({ id: plan.id, bornTicks: folder.bornTicks })
  }
  try {
    send(JSON.stringify(configOf(launch, plan)))
    await waitFor('ready')
  } catch (error) {
    await end()
    throw error
  }
  const socket = join(folder.socketDir, 'envd.sock')
  // Moved out of the sandbox's reach before anything else runs in it: it could replace the socket with a link to
  // another socket of the host.
  renameSync(join(socketFolder, 'envd.sock'), socket)
  const ask = (command: EnvdCommand, ...answers: EnvdEvent[]) => {
    send(command)
    return waitFor(...answers)
  }
  return {
    socket,
    exited,
    end,
    freeze: async () => (await ask('freeze', 'frozen', 'frozen alone')) === 'frozen alone',
    thaw: async () => void (await ask('thaw', 'thawed')),
  }
}

function start({ command, args, environment, descriptor3 }: Launch): ChildProcess {
  const stdio = descriptor3 === undefined ? [] : ['pipe' as const]
  const child = spawn(command, args, {
    env: environment,
    stdio: ['pipe', 'pipe', 'pipe', ...stdio],
  })
  // Writing to a process that is gone fails; its exit is handled elsewhere.
  child.stdin?.on('error', () => {})
  const third = child.stdio[3]
  if (third && 'write' in third) {
    third.on('error', () => {})
    third.end(descriptor3)
  }
  return child
}

const configOf = ({ view }: Launch, { id, token, environment }: BoxPlan): EnvdConfig => ({
  ...view,
  sandboxId: id,
  token,
  sandboxEnvironment: { ...environment },
})

function collectErrors(child: ChildProcess, onLine: (line: string) => void): () => string {
  const kept: string[] = []
  if (child.stderr)
    createInterface({ input: child.stderr }).on('line', (line) => {
      onLine(line)
      kept.push(line)
      if (kept.length > KEPT_ERROR_LINES) kept.shift()
    })
  return () => kept.join(' / ')
}

/** Waits for one of some events that the daemon prints on its standard output, and resolves with it. */
function listen(child: ChildProcess, exited: Promise<void>, lastWords: () => string) {
  let heard: (line: string) => void = noop
  let ended: (() => void) | undefined
  let isOver = false
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => heard(line))
  // Once for all events, because a sandbox that is often paused waits for many.
  void exited.then(async () => {
    if (child.stderr?.readable) await once(child.stderr, 'close').catch(noop)
    isOver = true
    ended?.()
  })
  return async (...events: EnvdEvent[]): Promise<EnvdEvent> => {
    const { promise, resolve, reject } = Promise.withResolvers<EnvdEvent>()
    const wanted = events.join(' or ')
    heard = (line) => {
      const event = events.find((each) => each === line)
      if (event) resolve(event)
    }
    ended = () =>
      reject(new Error(`the sandbox's daemon ended before it was ${wanted}: ${lastWords()}`))
    if (isOver) ended()
    const late = new Error(`the sandbox's daemon was not ${wanted} within ${BOOT_TIMEOUT_MS} ms`)
    const timer = setTimeout(() => reject(late), BOOT_TIMEOUT_MS)
    return promise.finally(() => clearTimeout(timer))
  }
}

const noop = () => {}
