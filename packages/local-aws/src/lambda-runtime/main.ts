/** One execution environment of a function: a process that loads the handler and runs one invocation at a time. */
import { flushCompileCache } from 'node:module'
import { errorPayload, runtimeError } from './error-payload.ts'
import { type Handler, loadHandler } from './load-handler.ts'
import type { InvokeMessage, RuntimeMessage } from './protocol.ts'
import { provideStreaming, ResponseStream } from './streaming.ts'

const { env } = process
const send = (message: RuntimeMessage, sent?: () => void) => {
  if (process.connected) process.send?.(message, undefined, undefined, sent)
}

// The host may have been killed: nothing can receive a response, and nothing may keep running.
process.on('disconnect', () => process.exit(0))
// Ctrl-C reaches the whole process group; the host decides when its functions end.
process.on('SIGINT', () => {})
process.on('uncaughtException', (error) => fail(error))
process.on('unhandledRejection', (reason) => {
  const { errorType, errorMessage } = errorPayload(reason)
  fail(runtimeError('Runtime.UnhandledPromiseRejection', `${errorType}: ${errorMessage}`, reason))
})

/** Reports an uncaught error and exits, because the process is in an unknown state. */
function fail(error: unknown): void {
  const message = JSON.stringify(errorPayload(error))
  send({ kind: 'failure', error: message, fatal: true }, () => process.exit(1))
}

function contextOf({ requestId, arn, deadline }: InvokeMessage): object {
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: '$LATEST',
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    invokedFunctionArn: arn,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
  }
}

async function invoke(handler: Handler, invocation: InvokeMessage): Promise<void> {
  const result = await handler(JSON.parse(invocation.event), contextOf(invocation))
  send({ kind: 'result', payload: JSON.stringify(result ?? null) })
}

async function invokeStreaming(handler: Handler, invocation: InvokeMessage): Promise<void> {
  const stream = new ResponseStream(send)
  await handler(JSON.parse(invocation.event), stream, contextOf(invocation))
  if (!stream.writableEnded) {
    throw runtimeError('Runtime.StreamError', 'Response stream is not finished.')
  }
  if (!stream.writableFinished) await new Promise((resolve) => stream.once('finish', resolve))
  send({ kind: 'result', payload: 'null' })
}

let isKept = false

/** Writes the compile cache for the next process. Node writes it at exit only, and this process will be killed. */
function keepCompiled(): void {
  if (!isKept) flushCompileCache()
  isKept = true
}

async function start(): Promise<void> {
  provideStreaming()
  const { handler, streaming } = await loadHandler(env.LAMBDA_TASK_ROOT ?? '', env._HANDLER ?? '')
  const run = streaming ? invokeStreaming : invoke
  process.on('message', (invocation: InvokeMessage) => {
    run(handler, invocation)
      .catch((error) => {
        send({ kind: 'failure', error: JSON.stringify(errorPayload(error)) })
      })
      .then(keepCompiled)
  })
  send({ kind: 'ready', streaming })
}

start().catch((error) => {
  const message = JSON.stringify(errorPayload(error))
  send({ kind: 'unusable', error: message }, () => process.exit(1))
})
