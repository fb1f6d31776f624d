/** Refuses requests that Twilio has not signed. */
import { env } from '../../adapters/environment.ts'
import { verifyWith } from '../../adapters/verify-with.ts'
import { Problem } from '../../http/problem.ts'
import { type HttpEvent, rawBody } from '../../http/request.ts'
import { readUrlEncodedForm, type UrlEncodedForm } from './form.ts'
import { verifyTwilio } from './signature.ts'

/**
 * Throws 403 unless Twilio has signed the request. Uses the URL configured at Twilio, because the event lacks a path
 * that a custom domain maps away.
 */
async function requireTwilio(event: HttpEvent, path: string, form: UrlEncodedForm): Promise<void> {
  const query = event.rawQueryString ? `?${event.rawQueryString}` : ''
  const url = `${env('PUBLIC_URL')}${path}${query}`
  const signature = event.headers['x-twilio-signature'] ?? ''
  const matches = (token: string) => verifyTwilio({ token, url, form, signature }) || undefined
  if (await verifyWith('TWILIO_TOKEN_SECRET', matches)) return
  throw new Problem(403, "This route is for Twilio. The request's signature is missing or invalid.")
}

/**
 * Returns a check for the route at `path`. It throws 403 unless Twilio has signed the request, and returns the signed
 * form.
 */
export const provenByTwilio = (path: string) => async (event: HttpEvent) => {
  const raw = rawBody(event)
  const form = readUrlEncodedForm(raw)
  await requireTwilio(event, path, form)
  return { raw, form }
}
