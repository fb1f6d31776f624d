/** One execution environment: a process, from its start until it exits or is killed. */
import { type ChildProcess, fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { InvokeMessage, RuntimeMessage } from './lambda-runtime/protocol.ts'

/** The result of an invocation or of the start; `payload` and `error` are JSON. */
export type Ending =
  | { readonly ok: true; readonly payload: string }
  | { readonly ok: false; readonly error: string }

/** Receives a streamed response: its content type first, then its bytes. */
export interface Sink {
  start(contentType: string): void
  chunk(bytes: Uint8Array): void
}

export interface EnvironmentOptions {
  /** Identifies this process. */
  readonly id: string
  /** The bundled `lambda-runtime/main.ts`. */
  readonly runtime: string
  /** The folder with the function's code. */
  readonly codeFolder: string
  /** The process's whole environment. */
  readonly env: Readonly<Record<string, string>>
  readonly log: (line: string) => void
}

/** Lambda gives the code outside the handler ten seconds. */
const initLimitMs = 10_000

export class Environment {
  readonly id: string
  readonly #child: ChildProcess
  #alive = true
  /** The latest event as JSON, and parsed once it is needed. */
  #latest: { readonly json: string; event?: unknown } = { json: 'null' }
  #onMessage: (message: RuntimeMessage) => void = () => {}
  #onExit: (code: number | null, signal: string | null) => void = () => {}

  constructor({ id, runtime, codeFolder, env, log }: EnvironmentOptions) {
    this.id = id
    this.#child = fork(runtime, {
      cwd: codeFolder,
      env: { ...env },
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      if (output) createInterface({ input: output }).on('line', log)
    }
    this.#child.on('message', (message: RuntimeMessage) => this.#onMessage(message))
    this.#child.on('error', (error) => log(`The process cannot be started: ${error.message}`))
    // `close` comes after the last line of output; `exit` may come before it.
    this.#child.on('close', (code, signal) => {
      this.#alive = false
      this.#onExit(code, signal)
    })
  }

  get alive(): boolean {
    return this.#alive
  }

  /** Undefined if the process could not be started. */
  get pid(): number | undefined {
    return this.#child.pid
  }

  /** The event of the latest invocation. */
  get event(): unknown {
    this.#latest.event ??= JSON.parse(this.#latest.json)
    return this.#latest.event
  }

  /** Resolves when the handler is loaded. */
  ready(): Promise<Ending> {
    const slow = JSON.stringify({
      errorType: 'Sandbox.Timedout',
      errorMessage: `Error: Loading the code took more than ${initLimitMs / 1000} seconds`,
    })
    return this.#await('INIT', initLimitMs, slow, (message, end) => {
      if (message.kind === 'ready') end({ ok: true, payload: 'null' })
      if (message.kind === 'unusable') end({ ok: false, error: message.error })
    })
  }

  /** Runs one invocation; kills the process if it takes longer than `timeoutMs`. */
  invoke(invocation: InvokeMessage, timeoutMs: number, sink: Sink): Promise<Ending> {
    const { requestId } = invocation
    const timedOut = JSON.stringify({
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
    })
    const ending = this.#await(requestId, timeoutMs, timedOut, (message, end) => {
      if (message.kind === 'result') end({ ok: true, payload: message.payload })
      if (message.kind === 'failure') {
        if (message.fatal) this.kill()
        end({ ok: false, error: message.error })
      }
      if (message.kind === 'stream') sink.start(message.contentType)
      if (message.kind === 'chunk') sink.chunk(message.bytes)
    })
    this.#latest = { json: invocation.event }
    this.#child.send(invocation)
    return ending
  }

  /** Stops the process until it is killed. */
  freeze(): void {
    this.#child.kill('SIGSTOP')
  }

  kill(): void {
    this.#alive = false
    this.#child.kill('SIGKILL')
  }

  #await(
    requestId: string,
    limitMs: number,
    late: string,
    take: (message: RuntimeMessage, end: (ending: Ending) => void) => void,
  ): Promise<Ending> {
    return new Promise((resolve) => {
      const end = (ending: Ending) => {
        clearTimeout(timer)
        this.#onMessage = () => {}
        this.#onExit = () => {}
        resolve(ending)
      }
      const timer = setTimeout(() => {
        this.kill()
        end({ ok: false, error: late })
      }, limitMs)
      this.#onMessage = (message) => take(message, end)
      this.#onExit = (code, signal) => {
        const how = signal === null ? `exit status ${code}` : `signal: ${signal}`
        const errorMessage = `RequestId: ${requestId} Error: Runtime exited with error: ${how}`
        end({ ok: false, error: JSON.stringify({ errorType: 'Runtime.ExitError', errorMessage }) })
      }
      if (!this.#alive) this.#onExit(this.#child.exitCode, this.#child.signalCode)
    })
  }
}
