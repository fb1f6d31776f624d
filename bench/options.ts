/** What a run of the benchmark may be told. */
export interface Options {
  /** More rounds, the real CLI, many sessions. */
  readonly full: boolean
  readonly updateBudget: boolean
  /** How many sessions at once, in place of the usual numbers. */
  readonly sessions: number | undefined
}
