/** E2B's process service: `process.Process/*`. */
import { existsSync } from 'node:fs'
import { earlyMark, MARK } from '../marked-processes.ts'
import type { EnvdConfig } from './config.ts'
import { type EventStream, RpcError } from './connect-protocol.ts'
import { homeOf, resolvePath } from './paths.ts'
import type { ManagedProcess, ProcessEvent, ProcessTable } from './process-table.ts'
import * as requests from './requests.ts'
import { parseRequest } from './requests.ts'
import type { Service } from './service.ts'

const SIGNALS: Record<string, NodeJS.Signals> = {
  SIGNAL_SIGKILL: 'SIGKILL',
  SIGNAL_SIGTERM: 'SIGTERM',
}

const notImplemented = (what: string) => () => {
  throw new RpcError('unimplemented', `${what} is not implemented by the local E2B server`)
}

/** The process service over one sandbox's process table. */
export function processService(config: EnvdConfig, table: ProcessTable): Service {
  let isFirst = true
  return {
    unary: {
      'process.Process/List': () => ({ processes: table.list().map(describe) }),
      'process.Process/SendInput': (body) => {
        const { process, input } = parseRequest(requests.inputRequest, body)
        if (input.stdin === undefined) return notImplemented('PTY input')()
        table.find(process).write(Buffer.from(input.stdin, 'base64'))
        return {}
      },
      'process.Process/CloseStdin': (body) => {
        table.find(parseRequest(requests.selectRequest, body).process).closeStdin()
        return {}
      },
      'process.Process/SendSignal': (body) => {
        const request = parseRequest(requests.signalRequest, body)
        const signal = SIGNALS[request.signal]
        if (!signal) throw new RpcError('unimplemented', `invalid signal: ${request.signal}`)
        table.find(request.process).signal(signal)
        return {}
      },
      'process.Process/Update': notImplemented('resizing a PTY'),
      'process.Process/StreamInput': notImplemented('StreamInput'),
    },
    streams: {
      'process.Process/Start': async (body, user, stream) => {
        const request = parseRequest(requests.startRequest, body)
        if (request.pty !== undefined) return notImplemented('PTY')()
        const launch = launchOf(config, request, user, isFirst)
        isFirst = false
        follow(await table.start({ ...launch, request, deadlineMs: stream.deadlineMs }), stream)
      },
      'process.Process/Connect': (body, _user, stream) => {
        const { process } = parseRequest(requests.selectRequest, body)
        const end = table.findEnd(process)
        if (!end) return follow(table.find(process), stream)
        stream.send({ event: { start: { pid: process.pid ?? 0 } } })
        stream.send({ event: { end } })
        stream.end()
      },
    },
  }
}

const describe = ({ pid, request }: ManagedProcess) => ({
  pid,
  config: request.process,
  ...(request.tag !== undefined && { tag: request.tag }),
})

function launchOf(
  config: EnvdConfig,
  { process }: requests.StartRequest,
  user: string,
  isFirst: boolean,
) {
  const cwd = resolvePath(config, user, process.cwd ?? '')
  if (!existsSync(cwd)) throw new RpcError('invalid_argument', `cwd '${cwd}' does not exist`)
  const environment = {
    ...config.environment,
    HOME: homeOf(config, user),
    USER: user,
    LOGNAME: user,
    ...config.sandboxEnvironment,
    ...process.envs,
    // Last, because the sandbox's processes are found by it.
    [MARK]: isFirst ? earlyMark(config.sandboxId) : config.sandboxId,
  }
  // The SDK sends `bash -l -c`; without isolation the login files would be the host's.
  const args = config.loginFiles ? process.args : process.args.filter((arg) => arg !== '-l')
  return { cwd, environment, args }
}

/** Sends a process's events until it ends or the client disconnects. The process continues without it. */
function follow(process: ManagedProcess, stream: EventStream): void {
  const keepalive = setInterval(() => stream.send({ event: { keepalive: {} } }), stream.keepaliveMs)
  const subscriber = (event: ProcessEvent): boolean => {
    const kept = stream.send({ event })
    if ('end' in event) {
      stream.end()
      return true
    }
    if (!kept) stream.onDrain(() => process.catchUp(subscriber))
    return kept
  }
  stream.onClose(() => {
    clearInterval(keepalive)
    process.unsubscribe(subscriber)
  })
  stream.send({ event: { start: { pid: process.pid } } })
  process.subscribe(subscriber)
}
