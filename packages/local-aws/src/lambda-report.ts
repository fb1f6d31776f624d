/** The line that Lambda logs at the end of each invocation: duration and billed duration. */

export interface InvocationReport {
  readonly requestId: string
  readonly durationMs: number
  readonly memoryMb: number
  /** How long the start of its execution environment took, if there was one. */
  readonly initMs: number | undefined
}

/** Returns the line in Lambda's text format, without the memory used. Since August 2025 the start is billed too. */
export function reportLine({ requestId, durationMs, memoryMb, initMs }: InvocationReport): string {
  const fields = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(durationMs + (initMs ?? 0))} ms`,
    `Memory Size: ${memoryMb} MB`,
    ...(initMs === undefined ? [] : [`Init Duration: ${initMs.toFixed(2)} ms`]),
  ]
  return fields.join('\t')
}
