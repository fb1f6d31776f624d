/** Starts Baton in its own process group, so that a test can kill it like a crash of the machine. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { BatonOptions } from '../../local/baton.ts'
import type { IsolationKind } from '../../packages/local-e2b/src/options.ts'
import { clientOf } from './baton.ts'

interface Started {
  readonly url: string
  readonly token: string
  readonly isolation: IsolationKind
}

export type ServerProcess = Awaited<ReturnType<typeof startServer>>

/** Additional options of startBaton. */
export type ServerOptions = Pick<
  BatonOptions,
  'claude' | 'variables' | 'pauseSeed' | 'keepSandboxes'
>

/** `kill` ends server, functions and sandbox daemons at once with SIGKILL, the whole group or the server alone. */
export async function startServer(stateDir: string, port = 0, options: ServerOptions = {}) {
  const child = fork(
    fileURLToPath(new URL('./serve.ts', import.meta.url)),
    [stateDir, String(port), JSON.stringify(options)],
    { detached: true, stdio: 'inherit' },
  )
  const exited = once(child, 'exit')
  const started = await Promise.race([once(child, 'message'), exited])
  const [message] = started as [Started | number | null]
  if (typeof message !== 'object' || message === null) throw new Error('the server did not start')
  const pid = child.pid ?? 0
  return {
    ...message,
    ...clientOf(message, { crashing: true }),
    pid,
    port: Number(new URL(message.url).port),
    /** Shuts it down cleanly. */
    async stop() {
      child.kill('SIGTERM')
      await exited
    },
    async kill(whole: boolean) {
      process.kill(whole ? -pid : pid, 'SIGKILL')
      await exited
    },
  }
}
