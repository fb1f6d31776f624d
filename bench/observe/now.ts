/** The time in milliseconds since the epoch, finer than Date.now(): it compares with the times of other processes. */
export const now = (): number => performance.timeOrigin + performance.now()
