/** Runs the stack's functions in their own processes, as Lambda does. */
import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import type { Clock } from './clock.ts'
import { Environment, type Sink } from './lambda-environment.ts'
import { coldStartMs, LambdaPool } from './lambda-pool.ts'
import { reportLine } from './lambda-report.ts'
import { processPlaces } from './process-places.ts'
import type { Declared } from './stack.ts'
import type { LambdaOutcome } from './states/lambda-outcome.ts'

/** Bytes of an event or a response: Lambda's limit for synchronous invocations. */
export const payloadLimit = 6 * 1024 * 1024

export interface LambdaHost {
  /**
   * Invokes the function with this ARN. Never rejects: the outcome holds the error under Lambda's name
   * (`Sandbox.Timedout`, `Runtime.ExitError`, `Lambda.ResourceNotFoundException`, …). A streaming handler needs
   * `sink`.
   */
  invoke(arn: string, event: unknown, sink?: Sink): Promise<LambdaOutcome>
  /**
   * Makes further invocations of the selected functions start new processes. `codeOf` may return another folder
   * for a function's code.
   */
  retire(
    isMeant: IsMeant,
    codeOf?: (declared: Declared<'AWS::Lambda::Function'>) => string | undefined,
  ): void
  /** Returns the live process with this id, or undefined. */
  caller(id: string): Caller | undefined
  /** Kills every process; invocations in progress never resolve. */
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
  /** The event of its invocation. */
  readonly event: unknown
  /** Stops the process; its requests in progress continue. */
  freeze(): void
  /** Kills the process, as a crash would: its invocation fails with `Runtime.ExitError`. */
  crash(): void
}

export interface LambdaHostOptions {
  readonly functions: readonly Declared<'AWS::Lambda::Function'>[]
  /** The folder of a function's code. */
  readonly codeFolder: (declared: Declared<'AWS::Lambda::Function'>) => string
  /** The bundled runtime. */
  readonly runtime: string
  /** The folder that caches compiled code for later processes. */
  readonly compileCache: string
  /** Returns the variables to add to the environment of the process with this id; they override the template's. */
  readonly env: (id: string) => Readonly<Record<string, string>>
  readonly clock: Clock
  /** How long an invocation waits for a free process before it starts one; by default the time a start takes. */
  readonly maxWaitMs?: number
  /** How many processes all functions have together; further invocations wait. */
  readonly mostProcesses?: number
  /** Called with what a process does next. */
  readonly onStage?: OnStage | undefined
  readonly log: (line: string) => void
}

interface HostedFunction extends Declared<'AWS::Lambda::Function'> {
  codeFolder: string
  readonly pool: LambdaPool
  readonly onStage: (stage: Stage, environment: Environment) => void
}

/** More than three functions can take at once: that many may wait for something that another function does. */
const MOST_PROCESSES = 72

export function lambdaHost(options: LambdaHostOptions): LambdaHost {
  const places = processPlaces(options.mostProcesses ?? MOST_PROCESSES)
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
      const { clock, maxWaitMs = coldStartMs } = options
      const hosted: HostedFunction = {
        ...declared,
        codeFolder: options.codeFolder(declared),
        pool: new LambdaPool({ start, clock, maxWaitMs, places }),
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
      // A killed host would not respond either: a state machine must not record the shutdown as a failure of its
      // function.
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

/** Variables that Lambda sets override the template's, as on AWS. `PATH` is the only one taken from this machine. */
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
