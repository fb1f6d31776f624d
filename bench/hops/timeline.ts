/** A message's way from its webhook to the running CLI: its moments, and the spans between them. */

/** In milliseconds since the epoch, in chronological order. */
export interface Moments {
  readonly posted: number
  readonly accepted: number
  /** The queue's consumer sends its first request. */
  readonly dispatched: number
  readonly executionStarted: number
  /** AskConductor sends its first request to E2B. */
  readonly sandboxAsked: number
  readonly commandSent: number
  readonly runnerStarted: number
  readonly locked: number
  readonly jobAsked: number
  readonly jobFetched: number
  readonly cliStarted: number
}

const HOPS = [
  ['webhook accepted', 'posted', 'accepted'],
  ['dispatched', 'accepted', 'dispatched'],
  ['execution started', 'dispatched', 'executionStarted'],
  ['AskConductor, until it asks E2B', 'executionStarted', 'sandboxAsked'],
  ['sandbox ready, job claimed', 'sandboxAsked', 'commandSent'],
  ['sandbox command', 'commandSent', 'runnerStarted'],
  ["the runner's process", 'runnerStarted', 'locked'],
  ['older jobs ended', 'locked', 'jobAsked'],
  ['job fetched', 'jobAsked', 'jobFetched'],
  ['CLI started', 'jobFetched', 'cliStarted'],
] as const satisfies readonly (readonly [string, keyof Moments, keyof Moments])[]

export type HopName = (typeof HOPS)[number][0]

/** Returns the spans in milliseconds. A hop whose end was observed before its beginning takes 0 ms. */
export const hopsOf = (moments: Moments): ReadonlyMap<HopName, number> =>
  new Map(HOPS.map(([name, from, to]) => [name, Math.max(0, moments[to] - moments[from])]))

/** Returns the time that is not Baton's own: requests to E2B, and the start of the runner's process. */
export const foreignMs = (moments: Moments, sandboxMs: number): number =>
  sandboxMs + Math.max(0, moments.locked - moments.commandSent)

/**
 * Returns Baton's own part of the way from the accepted webhook to the running CLI. `sandboxMs`: requests to E2B
 * before the command.
 */
export const ownMs = (moments: Moments, sandboxMs: number): number =>
  moments.cliStarted - moments.accepted - foreignMs(moments, sandboxMs)
