/** The invocations of functions, parsed from the REPORT lines in the log. */

export interface Invocation {
  /** The function's name on this machine. */
  readonly name: string
  readonly durationMs: number
  /** Including the start of the execution environment, if there was one. */
  readonly billedMs: number
  readonly memoryMb: number
  readonly cold: boolean
}

const REPORT =
  /^\[(?<name>[^\]]+)\] REPORT RequestId: \S+\tDuration: (?<duration>[\d.]+) ms\tBilled Duration: (?<billed>\d+) ms\tMemory Size: (?<memory>\d+) MB(?<cold>\tInit Duration: [\d.]+ ms)?$/

export const invocationsIn = (log: readonly string[]): Invocation[] =>
  log.flatMap((line) => {
    const { name, duration, billed, memory, cold } = REPORT.exec(line)?.groups ?? {}
    if (name === undefined) return []
    return {
      name,
      durationMs: Number(duration),
      billedMs: Number(billed),
      memoryMb: Number(memory),
      cold: cold !== undefined,
    }
  })

export const gbSecondsOf = (invocations: readonly Invocation[]): number =>
  invocations.reduce((total, each) => total + (each.memoryMb / 1024) * (each.billedMs / 1000), 0)
