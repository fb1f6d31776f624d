/** The options of a benchmark run. */
export interface Options {
  /** More rounds, the real CLI, many sessions. */
  readonly full: boolean
  readonly updateBudget: boolean
  /** Number of concurrent sessions, in place of the usual numbers. */
  readonly sessions: number | undefined
}
