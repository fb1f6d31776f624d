/** Says that Baton is there; asks nothing of anybody. */
import { http } from '../../src/http/http.ts'
import { json } from '../../src/http/respond.ts'

export const handler = http(async () => json({ status: 'ok', timestamp: new Date().toISOString() }))
