/**
 * The budget of the bundles, kept in bundle-budget.json, which `npm run bench -- --only bundles --update-budget`
 * writes.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'

const allowance = z.strictObject({
  bytes: z.number(),
  modules: z.number(),
  /** Memory on the heap after the import. */
  heapKb: z.number(),
  /** CPU time of the import, as a multiple of the reference's. */
  importRatio: z.number(),
})
const budget = z.record(z.string(), allowance)

export type Allowance = z.infer<typeof allowance>
export type Budget = z.infer<typeof budget>

const FILE = path.join(import.meta.dirname, 'bundle-budget.json')

export const UPDATE = 'npm run bench -- --only bundles --update-budget'

export const readBudget = (): Budget => budget.parse(JSON.parse(readFileSync(FILE, 'utf8')))

export function writeBudget(measured: Budget): void {
  writeFileSync(FILE, `${JSON.stringify(measured, null, 2)}\n`)
}

/** Room for a few new lines of code, but not for a new package. */
const ROOM = { share: 1.02, stepBytes: 1_000 } as const

/** Returns the budget to record for a bundle that was measured. */
export const allowanceFor = ({ bytes, modules, heapKb, importRatio }: Allowance): Allowance => ({
  bytes: Math.ceil((bytes * ROOM.share) / ROOM.stepBytes) * ROOM.stepBytes,
  modules,
  heapKb: Math.ceil(heapKb),
  importRatio: Number(importRatio.toFixed(2)),
})

/** The memory of an import varies a little from run to run; its CPU time varies more on a busy machine. */
export const limitsOf = ({ bytes, modules, heapKb, importRatio }: Allowance): Allowance => ({
  bytes,
  modules: modules + 5,
  heapKb: 1.1 * heapKb + 200,
  importRatio: 1.6 * importRatio + 0.1,
})
