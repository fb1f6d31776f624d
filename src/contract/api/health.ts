/** The response of health checks. */
import * as z from 'zod'
import { time } from './common.ts'

export const health = z.object({ status: z.literal('ok'), timestamp: time })
