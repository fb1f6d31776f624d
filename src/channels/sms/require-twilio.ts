/** Refuses requests that Twilio has not signed. */
import { env } from '../../adapters/environment.ts'
import { rereadSecret, secret } from '../../adapters/secrets.ts'
import { Problem } from '../../http/problem.ts'
import { type HttpEvent, rawBody } from '../../http/request.ts'
import { readUrlEncodedForm, type UrlEncodedForm } from './form.ts'
import { verifyTwilio } from './signature.ts'

/**
 * Throws 403 unless Twilio has signed the request. Uses the URL configured at Twilio, because the event lacks a path
 * that a custom domain maps away. Reads the token again if the signature does not match, because it may have been
 * rotated.
 */
async function requireTwilio(event: HttpEvent, path: string, form: UrlEncodedForm): Promise<void> {
  const query = event.rawQueryString ? `?${event.rawQueryString}` : ''
  const url = `${env('PUBLIC_URL')}${path}${query}`
  const signature = event.headers['x-twilio-signature'] ?? ''
  const matches = (token: string) => verifyTwilio({ token, url, form, signature })
  if (matches(await secret('TWILIO_TOKEN_SECRET'))) return
  const rotated = await rereadSecret('TWILIO_TOKEN_SECRET')
  if (rotated !== undefined && matches(rotated)) return
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
