/** Runs the stack's functions, each in processes of its own, as Lambda would. */
import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import type { Clock } from './clock.ts'
import { Environment, type Sink } from './lambda-environment.ts'
import { coldStartMs, LambdaPool } from './lambda-pool.ts'
import { reportLine } from './lambda-report.ts'
import type { Declared } from './stack.ts'
import type { LambdaOutcome } from './states/lambda-outcome.ts'

/** Bytes of an event or an answer: Lambda's limit for synchronous invocations. */
export const payloadLimit = 6 * 1024 * 1024

export interface LambdaHost {
  /**
   * Invokes the function with this ARN. Never rejects: what went wrong is in the outcome, with Lambda's names
   * (`Sandbox.Timedout`, `Runtime.ExitError`, `Lambda.ResourceNotFoundException`, …). A streaming handler needs `sink`.
   */
  invoke(arn: string, event: unknown, sink?: Sink): Promise<LambdaOutcome>
  /**
   * Of the functions meant, no invocation from now on meets a process that was started before; `codeOf` may name another
   * folder for a function's code.
   */
  retire(
    isMeant: IsMeant,
    codeOf?: (declared: Declared<'AWS::Lambda::Function'>) => string | undefined,
  ): void
  /** The process with this id, while it lives. */
  caller(id: string): Caller | undefined
  /** Kills every process; what was under way is never answered. */
  close(): void
}

type IsMeant = (declared: Declared<'AWS::Lambda::Function'>) => boolean

/** A function's process to those who limit it or measure it. */
export interface FunctionProcess {
  /** Tells it from all others, also after its end. */
  readonly id: string
  readonly pid: number
  readonly functionId: string
}

/** It has been started; an invocation begins, of the first one after the code was loaded; an invocation has ended. */
export type Stage = 'started' | 'invoked' | 'ended'

export type OnStage = (stage: Stage, process: FunctionProcess) => void

/** A function's process. */
export interface Caller {
  /** The function's logical id. */
  readonly functionId: string
  /** What it is invoked with. */
  readonly event: unknown
  /** It does nothing more, and its requests under way go on without it. */
  freeze(): void
  /** Kills it, as a crash would: its invocation fails with `Runtime.ExitError`. */
  crash(): void
}

export interface LambdaHostOptions {
  readonly functions: readonly Declared<'AWS::Lambda::Function'>[]
  /** The folder of a function's code. */
  readonly codeFolder: (declared: Declared<'AWS::Lambda::Function'>) => string
  /** The bundled runtime. */
  readonly runtime: string
  /** Where compiled code is kept from one process to the next. */
  readonly compileCache: string
  /** Added to the environment of the process with this id, over the template's. */
  readonly env: (id: string) => Readonly<Record<string, string>>
  readonly clock: Clock
  /** So long an invocation waits for a process that becomes free before it has one started; what a start takes if not given. */
  readonly patienceMs?: number
  /** Hears what a process does next, at once. */
  readonly onStage?: OnStage | undefined
  readonly log: (line: string) => void
}

interface HostedFunction extends Declared<'AWS::Lambda::Function'> {
  codeFolder: string
  readonly pool: LambdaPool
  readonly onStage: (stage: Stage, environment: Environment) => void
}

export function lambdaHost(options: LambdaHostOptions): LambdaHost {
  const hosted = new Map(
    options.functions.map((declared): [string, HostedFunction] => {
      const onStage = (stage: Stage, { id, pid }: Environment) => {
        if (pid !== undefined) options.onStage?.(stage, { id, pid, functionId: declared.logicalId })
      }
      const start = () => {
        const id = randomUUID()
        const { codeFolder } = hosted
        const environment = new Environment({
          id,
          runtime: options.runtime,
          codeFolder,
          env: {
            ...environmentOf(declared, codeFolder, options.env(id)),
            NODE_COMPILE_CACHE: options.compileCache,
          },
          log: (line) => options.log(`[${declared.name}] ${line}`),
        })
        onStage('started', environment)
        return environment
      }
      const { clock, patienceMs = coldStartMs } = options
      const hosted: HostedFunction = {
        ...declared,
        codeFolder: options.codeFolder(declared),
        pool: new LambdaPool({ start, clock, patienceMs }),
        onStage,
      }
      return [declared.arn, hosted]
    }),
  )
  let closed = false
  return {
    invoke: async (arn, event, sink = unwanted) => {
      const found = hosted.get(arn.replace(/:\$LATEST$/, ''))
      if (!found) return serviceError('ResourceNotFoundException', `Function not found: ${arn}`)
      const report = (line: string) => options.log(`[${found.name}] ${line}`)
      const outcome = await invoke(found, JSON.stringify(event), sink, report)
      // A killed host would not answer either: a state machine must not record our closing as its function's failure.
      if (closed) return new Promise(() => {})
      if (!outcome.ok) {
        options.log(`[${found.name}] ${outcome.errorType}: ${outcome.errorMessage}`)
      }
      return outcome
    },
    caller: (id) => {
      for (const { logicalId, pool } of hosted.values()) {
        const environment = pool.find(id)
        if (environment) return callerOf(logicalId, environment)
      }
      return undefined
    },
    retire: (isMeant, codeOf) => {
      for (const each of [...hosted.values()].filter(isMeant)) {
        each.codeFolder = codeOf?.(each) ?? each.codeFolder
        each.pool.retire()
      }
    },
    close: () => {
      closed = true
      for (const { pool } of hosted.values()) pool.close()
    },
  }
}

const callerOf = (functionId: string, environment: Environment): Caller => ({
  functionId,
  event: environment.event,
  freeze: () => environment.freeze(),
  crash: () => environment.kill(),
})

async function invoke(
  hosted: HostedFunction,
  event: string,
  sink: Sink,
  report: (line: string) => void,
): Promise<LambdaOutcome> {
  const { ReservedConcurrentExecutions, Timeout } = hosted.properties
  if (Buffer.byteLength(event) > payloadLimit) {
    const message = `${Buffer.byteLength(event)} byte payload is too large for the RequestResponse invocation type (limit ${payloadLimit} bytes)`
    return serviceError('RequestTooLargeException', message)
  }
  if (hosted.pool.taken >= (ReservedConcurrentExecutions ?? Number.POSITIVE_INFINITY)) {
    return serviceError('TooManyRequestsException', 'Rate Exceeded.')
  }
  const lease = await hosted.pool.lease()
  if (!lease.ok) return functionError(lease.error)
  const requestId = randomUUID()
  hosted.onStage('invoked', lease.environment)
  const began = performance.now()
  try {
    const timeoutMs = Timeout * 1000
    const deadline = Date.now() + timeoutMs
    const invocation = { requestId, arn: hosted.arn, event, deadline }
    const ending = await lease.environment.invoke(invocation, timeoutMs, sink)
    if (!ending.ok) return functionError(ending.error)
    if (Buffer.byteLength(ending.payload) > payloadLimit) return tooLarge
    return { ok: true, payload: JSON.parse(ending.payload), requestId }
  } finally {
    const durationMs = performance.now() - began
    const { initMs } = lease
    hosted.onStage('ended', lease.environment)
    report(reportLine({ requestId, durationMs, memoryMb: hosted.properties.MemorySize, initMs }))
    lease.release()
  }
}

/** What Lambda sets itself wins over the template's variables, as there; `PATH` is all that comes from this machine. */
function environmentOf(
  { name, properties }: Declared<'AWS::Lambda::Function'>,
  codeFolder: string,
  added: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    ...properties.Environment?.Variables,
    ...added,
    AWS_EXECUTION_ENV: `AWS_Lambda_${properties.Runtime}`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(properties.MemorySize),
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    LAMBDA_TASK_ROOT: codeFolder,
    PATH: process.env.PATH ?? '',
    TZ: ':UTC',
    _HANDLER: properties.Handler,
  }
}

const unwanted: Sink = { start: () => {}, chunk: () => {} }

const errorShape = z.looseObject({ errorType: z.string(), errorMessage: z.string() })

function functionError(error: string): LambdaOutcome {
  const payload = errorShape.parse(JSON.parse(error))
  return { ok: false, errorType: payload.errorType, errorMessage: payload.errorMessage, payload }
}

function serviceError(name: string, errorMessage: string): LambdaOutcome {
  return { ok: false, errorType: `Lambda.${name}`, errorMessage }
}

const tooLarge = functionError(
  JSON.stringify({
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${payloadLimit} bytes).`,
  }),
)
