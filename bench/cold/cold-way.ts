/** The functions that start cold on a message's way to a CLI, and what the way takes of our own. */
import { type Call, isSandboxCall } from '../observe/calls.ts'
import type { DeployedFunction } from '../observe/deployed.ts'
import type { Invoked } from '../observe/processes.ts'
import { coveredMs, type Interval, inARow, without } from './intervals.ts'

export interface ColdFunction {
  readonly name: string
  readonly memoryMb: number
  /** CPU time of the start and of the first call. */
  readonly initCpuMs: number
  readonly callCpuMs: number
  /** How long the start takes with the CPU share of the function's memory. */
  readonly initMs: number
  /** The first call, without its requests to E2B. */
  readonly callMs: number
}

export interface ColdWay {
  /** Those that start one after another, in their order. */
  readonly functions: readonly ColdFunction[]
  /** CPU time of their starts and first calls. */
  readonly cpuMs: number
  /** This at the CPU share of each one's memory, and the runners. */
  readonly ms: number
  /** The same as it was measured, with what the functions wait for; what runs at the same time counts once. */
  readonly measuredMs: number
  /** The runners' part, while none of the functions runs. */
  readonly runnerMs: number
}

/** What was seen of one message. Times are in milliseconds since the epoch. */
export interface Seen {
  readonly posted: number
  readonly invocations: readonly Invoked[]
  readonly calls: readonly Pick<Call, 'functionId' | 'service' | 'began' | 'ended'>[]
  /** By logical id; functions that are not among them, such as scheduled ones, are left out. */
  readonly functions: ReadonlyMap<string, Pick<DeployedFunction, 'service' | 'memoryMb'>>
  /** Whether processes had no more CPU time than the memory of their function gives. */
  readonly hasQuotas: boolean
}

/** When the process of a runner and the CLI that it leads to were started. */
export interface RunnerStart {
  readonly runner: number
  readonly cli: number
}

/** Lambda gives a function one CPU at this much memory, and of other memory in proportion. */
const MB_OF_ONE_CPU = 1769

export const cpuShare = (memoryMb: number): number => memoryMb / MB_OF_ONE_CPU

/** `runners`: those on the way, in their order; the way leads to the CLI of the last one. */
export function coldWay(seen: Seen, runners: readonly RunnerStart[]): ColdWay {
  const end = runners.at(-1)?.cli ?? seen.posted
  const row = inARow(
    seen.invocations.filter(
      ({ functionId, initCpuMs, began, called }) =>
        initCpuMs !== undefined &&
        seen.functions.has(functionId) &&
        began >= seen.posted &&
        called <= end,
    ),
  )
  const functions = row.map((invoked) => describe(invoked, seen))
  const functionTimes = row
    .flatMap((invoked) => [startOf(invoked), ...ownPartsOf(invoked, seen)])
    .map(({ from, to }) => ({ from, to: Math.min(to, end) }))
  const runnerTimes = runners.map(({ runner, cli }) => ({ from: runner, to: cli }))
  const coveredWithRunners = coveredMs([...functionTimes, ...runnerTimes])
  const runnerMs = coveredWithRunners - coveredMs(functionTimes)
  const total = (of: (each: ColdFunction) => number) =>
    functions.reduce((sum, each) => sum + of(each), 0)
  const atShare = total((each) => (each.initCpuMs + each.callCpuMs) / singleThread(each.memoryMb))
  const cpuMs = total(({ initCpuMs, callCpuMs }) => initCpuMs + callCpuMs)
  return {
    functions,
    cpuMs,
    ms: atShare + runnerMs,
    measuredMs: coveredWithRunners + (seen.hasQuotas ? 0 : atShare - cpuMs),
    runnerMs,
  }
}

/** More than one CPU does not make one thread faster. */
const singleThread = (memoryMb: number) => Math.min(1, cpuShare(memoryMb))

function describe(invoked: Invoked, seen: Seen): ColdFunction {
  const { functionId, initCpuMs = 0, callCpuMs } = invoked
  const { service: name, memoryMb } = seen.functions.get(functionId) ?? {
    service: functionId,
    memoryMb: 0,
  }
  // Without a quota a process has a whole CPU: what it computes would take longer, and what it waits for would not.
  const longer = seen.hasQuotas ? 0 : 1 / singleThread(memoryMb) - 1
  return {
    name,
    memoryMb,
    initCpuMs,
    callCpuMs,
    initMs: coveredMs([startOf(invoked)]) + initCpuMs * longer,
    callMs: coveredMs(ownPartsOf(invoked, seen)) + callCpuMs * longer,
  }
}

const startOf = ({ began, called }: Invoked): Interval => ({ from: began, to: called })

/** Returns the parts of a call in which no request to E2B is under way. */
const ownPartsOf = ({ functionId, called, ended }: Invoked, { calls }: Seen): Interval[] =>
  without(
    { from: called, to: ended },
    calls
      .filter((call) => call.functionId === functionId && isSandboxCall(call))
      .map((call) => ({ from: call.began, to: call.ended ?? call.began })),
  )
