/** Properties that are accepted without effect on one machine. */
import * as z from 'zod'

/** A property without effect. The reason documents why that does no harm. */
export const ignored = (_reason: string) => z.unknown().optional()

export const tags = ignored('bookkeeping')
export const encryption = ignored('nothing is encrypted at rest on one machine')
