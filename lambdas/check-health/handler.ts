/** Says that Baton is there; asks nothing of anybody. */
import { http } from '../http/http.ts'
import { json } from '../http/respond.ts'

export const handler = http(async () => json({ status: 'ok', timestamp: new Date().toISOString() }))
