/**
 * The commands of a sandbox. They run independently of the clients that listen to them; their exit codes are kept
 * for a time.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { RpcError } from './connect-protocol.ts'
import type { ProcessSelector, StartRequest } from './requests.ts'

/** How long E2B's daemon keeps an exit code for a late client (`terminatedRetentionTTL`). */
const RETENTION_MS = 30_000

/** Go's names for signals, which E2B shows as the exit status. */
const SIGNAL_NAMES: Partial<Record<NodeJS.Signals, string>> = {
  SIGKILL: 'killed',
  SIGTERM: 'terminated',
  SIGINT: 'interrupt',
  SIGHUP: 'hangup',
  SIGSEGV: 'segmentation fault',
  SIGABRT: 'aborted',
  SIGPIPE: 'broken pipe',
}

export interface EndEvent {
  readonly exitCode: number
  readonly exited: boolean
  readonly status: string
  readonly error?: string
}

export type ProcessEvent =
  | { readonly data: { readonly stdout?: string; readonly stderr?: string } }
  | { readonly end: EndEvent }

/** Takes one event. Returns false if it is behind and the process has to wait for it. */
export type Subscriber = (event: ProcessEvent) => boolean

export interface Launch {
  readonly request: StartRequest
  readonly cwd: string
  readonly args: readonly string[]
  readonly environment: Record<string, string>
  /** Milliseconds until the process itself is killed; 0 for never. */
  readonly deadlineMs: number
}

/** One running command. Output is dropped if nobody listens, as in E2B's daemon. */
export class ManagedProcess {
  readonly pid: number
  readonly request: StartRequest
  readonly #child: ChildProcess
  readonly #subscribers = new Set<Subscriber>()
  readonly #behind = new Set<Subscriber>()

  constructor(child: ChildProcess, pid: number, request: StartRequest) {
    this.#child = child
    this.pid = pid
    this.request = request
    // A command that closes its stdin early must not crash the daemon.
    child.stdin?.on('error', () => {})
    child.stdout?.on('data', (data: Buffer) => this.#emit({ data: { stdout: encode(data) } }))
    child.stderr?.on('data', (data: Buffer) => this.#emit({ data: { stderr: encode(data) } }))
    child.once('close', (code, signal) => this.#emit({ end: endOf(code, signal) }))
  }

  subscribe(subscriber: Subscriber): void {
    this.#subscribers.add(subscriber)
  }

  unsubscribe(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber)
    this.catchUp(subscriber)
  }

  /** Signals that `subscriber` can take events again. */
  catchUp(subscriber: Subscriber): void {
    this.#behind.delete(subscriber)
    if (this.#behind.size > 0) return
    this.#child.stdout?.resume()
    this.#child.stderr?.resume()
  }

  write(data: Buffer): void {
    if (!this.#child.stdin?.writable) throw new RpcError('internal', 'stdin not enabled or closed')
    this.#child.stdin.write(data)
  }

  closeStdin(): void {
    this.#child.stdin?.end()
  }

  /** Signals this process and not its children, as E2B's daemon does. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
    if (signal !== 'SIGKILL') return
    // Children that outlive it hold its pipes open; a kill does not wait for them.
    this.#child.stdout?.destroy()
    this.#child.stderr?.destroy()
  }

  // A slow client stalls the process instead of losing output, as in E2B's daemon.
  #emit(event: ProcessEvent): void {
    for (const subscriber of this.#subscribers) if (!subscriber(event)) this.#behind.add(subscriber)
    if (this.#behind.size === 0) return
    this.#child.stdout?.pause()
    this.#child.stderr?.pause()
  }
}

export class ProcessTable {
  readonly #running = new Map<number, ManagedProcess>()
  readonly #ended = new Map<number, { readonly tag: string | undefined; readonly end: EndEvent }>()

  /** Starts a command, which runs on without any listener. */
  start({ request, cwd, args, environment, deadlineMs }: Launch): Promise<ManagedProcess> {
    // E2B's daemon starts every command by a shell, so a missing program ends with 127 and is no error of the call.
    const child = spawn('/bin/sh', ['-c', 'exec "$@"', 'sh', request.process.cmd, ...args], {
      cwd,
      env: environment,
      stdio: [request.stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    })
    return new Promise((resolve, reject) => {
      child.once('error', ({ message }) =>
        reject(new RpcError('invalid_argument', `error starting process: ${message}`)),
      )
      child.once('spawn', () => {
        if (child.pid === undefined) return
        const started = new ManagedProcess(child, child.pid, request)
        this.#keep(started, deadlineMs)
        resolve(started)
      })
    })
  }

  list(): ManagedProcess[] {
    return [...this.#running.values()]
  }

  /** @throws RpcError `not_found` */
  find(selector: ProcessSelector): ManagedProcess {
    const found =
      selector.pid === undefined
        ? this.list().find(({ request }) => request.tag === selector.tag)
        : this.#running.get(selector.pid)
    if (found) return found
    throw new RpcError('not_found', `process ${describe(selector)} not found`)
  }

  /** Returns how a process ended, for {@link RETENTION_MS} after it did. */
  findEnd(selector: ProcessSelector): EndEvent | undefined {
    if (selector.pid !== undefined) return this.#ended.get(selector.pid)?.end
    return [...this.#ended.values()].find(({ tag }) => tag === selector.tag)?.end
  }

  #keep(started: ManagedProcess, deadlineMs: number): void {
    const { pid, request } = started
    this.#running.set(pid, started)
    this.#ended.delete(pid)
    const deadline =
      deadlineMs > 0 ? setTimeout(() => started.signal('SIGKILL'), deadlineMs) : undefined
    started.subscribe((event) => {
      if (!('end' in event)) return true
      clearTimeout(deadline)
      this.#running.delete(pid)
      const ended = { tag: request.tag, end: event.end }
      this.#ended.set(pid, ended)
      setTimeout(() => {
        if (this.#ended.get(pid) === ended) this.#ended.delete(pid)
      }, RETENTION_MS).unref()
      return true
    })
  }
}

const encode = (data: Buffer): string => data.toString('base64')

const describe = ({ pid, tag }: ProcessSelector): string =>
  pid === undefined ? `with tag '${tag}'` : `with pid ${pid}`

function endOf(code: number | null, signal: NodeJS.Signals | null): EndEvent {
  if (signal) {
    const status = `signal: ${SIGNAL_NAMES[signal] ?? signal}`
    return { exitCode: -1, exited: false, status, error: status }
  }
  const status = `exit status ${code}`
  return { exitCode: code ?? -1, exited: true, status, ...(code !== 0 && { error: status }) }
}
