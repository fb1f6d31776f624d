/** Makes a link that shows one session, read-only, until it expires. */
import { env } from '../../src/adapters/environment.ts'
import { secret } from '../../src/adapters/secrets.ts'
import { readSession } from '../../src/adapters/sessions.ts'
import { signLink } from '../../src/core/session-link.ts'
import { noSession } from '../../src/http/problem.ts'
import { json } from '../../src/http/respond.ts'

/** Throws 404 if there is no such session. */
export async function makeLink(sessionId: string, hours: number) {
  const session = await readSession(sessionId)
  if (!session) throw noSession(sessionId)
  const { createdAt } = session
  const expires = Math.floor(Date.now() / 1000) + hours * 3600
  const token = signLink(
    { session: sessionId, createdAt, expires },
    await secret('LINK_KEY_SECRET'),
  )
  return json({
    // No server sees the fragment of an address.
    url: `${env('DASHBOARD_URL')}/#link=${token}`,
    expiresAt: new Date(expires * 1000).toISOString(),
  })
}
