/** The time in milliseconds since the epoch, more precise than Date.now() and comparable between processes. */
export const now = (): number => performance.timeOrigin + performance.now()
