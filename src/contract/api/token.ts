/** Named bearer tokens. The token itself is in one response only: that which makes it. */
import * as z from 'zod'
import { time } from './common.ts'
import { tokenName } from './ids.ts'

export const tokenAccess = z
  .enum(['operator', 'reader'])
  .describe('operator: everything. reader: only what does not change anything.')

export const listedToken = z.object({
  name: tokenName,
  access: tokenAccess,
  createdAt: time,
  expiresAt: time.nullable().describe('null if it never expires'),
})

export const tokenList = z.object({ tokens: z.array(listedToken) })

export const createdToken = listedToken.extend({
  token: z.string().describe('The bearer token. It is not stored, and not shown again.'),
})
