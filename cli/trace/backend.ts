/** Where a trace finds executions, logs and secrets: in the operator's AWS account, or in the AWS of this machine. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { readSecret } from '../aws.ts'
import { OWN_SECRETS, SECRETS } from '../secret-table.ts'
import { type ClientConfig, stackAccess } from '../stack-access.ts'
import { idsOf } from '../stack-resources.ts'
import { stateFolder, type Target } from '../target.ts'
import { logLines, type Period } from './cloud-logs.ts'

type Json = Readonly<Record<string, unknown>>

export interface Backend {
  /** Returns the events of an execution, oldest first; none if it is unknown or too old. */
  executionEvents(name: string): Promise<readonly unknown[]>
  /** Returns the log lines of a session in a period. */
  logLines(sessionId: string, period: Period): Promise<readonly Json[]>
  /** Returns the values of all secrets, so that they can be removed. */
  secrets(): Promise<readonly string[]>
}

/** Returns the backend of a target; `stack` is the name of a deployed stack. Throws a CliError if there is none. */
export async function backendOf(target: Target, stack: string): Promise<Backend> {
  const access = await stackAccess(target, stack)
  const machines = idsOf(access.resources, 'AWS::StepFunctions::StateMachine')
  const logGroups = idsOf(access.resources, 'AWS::Logs::LogGroup')
  return {
    executionEvents: (name) => eventsOf(machines, name, access.config),
    logLines: async (sessionId, period) =>
      target.isLocal ? localLines(sessionId, period) : logLines(logGroups, sessionId, period),
    secrets: () => secretsOf(access.stack, access.config),
  }
}

/** Each line is a time, the function in brackets, and what it logged. */
function localLines(sessionId: string, { from, to }: Period): Json[] {
  const file = path.join(stateFolder(), '..', 'log.txt')
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  return lines.flatMap((line) => {
    const [, time = '', fn, text] = /^(\S+) \[([^\]]+)\] (\{.*\})$/.exec(line) ?? []
    const at = Date.parse(time)
    if (text === undefined || at < from || at > to) return []
    const logged: Json = JSON.parse(text)
    return logged.sessionId === sessionId ? [{ function: fn, ...logged }] : []
  })
}

async function eventsOf(
  machines: readonly string[],
  name: string,
  config: ClientConfig,
): Promise<readonly unknown[]> {
  const { ExecutionDoesNotExist, paginateGetExecutionHistory, SFNClient } = await import(
    '@aws-sdk/client-sfn'
  )
  const client = new SFNClient({ maxAttempts: 3, ...config })
  for (const machine of machines) {
    const executionArn = `${machine.replace(':stateMachine:', ':execution:')}:${name}`
    try {
      const events: unknown[] = []
      for await (const page of paginateGetExecutionHistory({ client }, { executionArn }))
        events.push(...(page.events ?? []))
      return events
    } catch (error) {
      if (!(error instanceof ExecutionDoesNotExist)) throw error
    }
  }
  return []
}

async function secretsOf(stack: string, config: ClientConfig): Promise<readonly string[]> {
  const names = [...SECRETS, ...OWN_SECRETS].map(({ name }) => `${stack}/${name}`)
  const values = await Promise.all(names.map((name) => readSecret(name, config)))
  return values.flatMap((value) => value ?? [])
}
