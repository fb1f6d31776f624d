/**
 * How long a test waits for something that is sure to come, because a busy machine is slow. A project may set more
 * (vitest.config.ts).
 */

export const PATIENCE_SECONDS = Number(process.env.BATON_PATIENCE_SECONDS ?? 90)

/** For `expect.poll`. */
export const PATIENT = { timeout: PATIENCE_SECONDS * 1000, interval: 200 }
