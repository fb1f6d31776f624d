/** How long a test waits for what is sure to come: on a busy machine all takes its time. Its project may have more (vitest.config.ts). */

export const PATIENCE_SECONDS = Number(process.env.BATON_PATIENCE_SECONDS ?? 90)

/** For `expect.poll`. */
export const PATIENT = { timeout: PATIENCE_SECONDS * 1000, interval: 200 }
