/** Verifies Twilio's signature of the forms it posts. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { parse, stringify } from 'node:querystring'
import type { UrlEncodedForm } from './form.ts'

/**
 * Returns the signature of a form: base64(HMAC-SHA1(token, the URL, then each name with its values)). Names are sorted by
 * UTF-16 code units, and equal values of a name count once, as in Twilio's own library.
 * https://www.twilio.com/docs/usage/security#validating-requests
 */
export function twilioSignature(token: string, url: string, form: UrlEncodedForm): string {
  const signed = [...form.keys()]
    .sort()
    .flatMap((name) => [...new Set(form.get(name))].sort().map((value) => name + value))
  return createHmac('sha1', token)
    .update(url + signed.join(''))
    .digest('base64')
}

/**
 * Returns whether Twilio signed this form with this token, for this URL (as in the number's settings). The signature has
 * no time, so repeated forms must be recognised by their MessageSid. Returns false, and never throws, for an invalid URL,
 * an empty token or a missing signature.
 */
export function verifyTwilio({
  token,
  url,
  form,
  signature,
}: {
  readonly token: string
  readonly url: string
  readonly form: UrlEncodedForm
  /** The header X-Twilio-Signature. */
  readonly signature: string | undefined
}): boolean {
  if (!signature || token === '') return false
  const given = Buffer.from(signature)
  return signedUrls(url).some((candidate) => {
    const expected = Buffer.from(twilioSignature(token, candidate, form))
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
}

/** Splits a URL but keeps its characters as signed; `new URL` would encode some. */
const PARTS = /^(?<scheme>https?:\/\/)(?:[^/?#]*@)?(?<host>\[[^\]/?#]*\]|[^/?#:]*)(?<port>:\d*)?/i

/**
 * Returns the forms of a URL that Twilio may have signed. It drops user, password and fragment (which configures its
 * retries), and in some products the port. Like its library, also accepts the URL as `new URL` and node:querystring
 * write it.
 */
function signedUrls(url: string): readonly string[] {
  const [withoutFragment = ''] = url.split('#')
  const normal = URL.parse(withoutFragment)
  if (normal === null || !PARTS.test(withoutFragment)) return []
  const received = withPorts(withoutFragment)
  const normalized = withPorts(normal.href)
  return [...new Set([...received, ...normalized, ...normalized.map(withPlainQuery)])]
}

/** Returns the URL without a port, and with its own or the default port. */
function withPorts(url: string): readonly string[] {
  const { scheme = '', host = '', port } = PARTS.exec(url)?.groups ?? {}
  const path = url.replace(PARTS, '')
  const usual = scheme.toLowerCase() === 'https://' ? ':443' : ':80'
  return [scheme + host + path, scheme + host + (port || usual) + path]
}

function withPlainQuery(url: string): string {
  const [path = '', ...query] = url.split('?')
  const text = query.join('?')
  return text === '' ? url : `${path}?${stringify(parse(text))}`
}
