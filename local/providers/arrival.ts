/** The order in which both provider emulators accepted messages; several may arrive in one millisecond. */
let last = 0

/** Returns a number larger than all before. */
export const nextArrival = (): number => ++last
