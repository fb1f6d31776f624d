/** The order in which the stand-ins of both providers took messages: several may come in one millisecond. */
let last = 0

/** A number that is larger than any before. */
export const nextArrival = (): number => ++last
