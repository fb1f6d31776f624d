/**
 * How many calls a message may cause at most, kept in call-budget.json, which `npm run bench -- --only messages --update-budget`
 * writes and a flow test checks.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'
import type { Counts } from './counts.ts'

const calls = z.strictObject({
  invocations: z.number(),
  transitions: z.number(),
  /** Requests to DynamoDB. */
  writes: z.number(),
  reads: z.number(),
})
const budget = z.record(z.string(), calls)

export type CallCounts = z.infer<typeof calls>
export type CallBudget = z.infer<typeof budget>

const FILE = path.join(import.meta.dirname, 'call-budget.json')

export const UPDATE = 'npm run bench -- --only messages --update-budget'

export const readCallBudget = (): CallBudget => budget.parse(JSON.parse(readFileSync(FILE, 'utf8')))

export function writeCallBudget(measured: CallBudget): void {
  writeFileSync(FILE, `${JSON.stringify(measured, null, 2)}\n`)
}

export const callCounts = ({ invocations, transitions, writes, reads }: Counts): CallCounts => ({
  invocations: invocations.length,
  transitions,
  writes: writes.length,
  reads: reads.length,
})

/** Returns the lowest of each, because only what a busy machine causes varies: lost races, repeated requests, heartbeats. */
export const lowest = (messages: readonly CallCounts[]): CallCounts => {
  const least = (name: keyof CallCounts) => Math.min(...messages.map((counts) => counts[name]))
  return {
    invocations: least('invocations'),
    transitions: least('transitions'),
    writes: least('writes'),
    reads: least('reads'),
  }
}

/** Returns the names of the counts that exceed a budget. */
export const exceeding = (counts: CallCounts, most: CallCounts): readonly (keyof CallCounts)[] =>
  (Object.keys(counts) as (keyof CallCounts)[]).filter((name) => counts[name] > most[name])
