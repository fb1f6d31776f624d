/** Twilio's signature under the forms it posts: whether a request comes from an account whose token we know. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { parse, stringify } from 'node:querystring'
import type { UrlEncodedForm } from '../../http/form.ts'

/**
 * The signature of a form: base64(HMAC-SHA1(token, the URL, then each name with its values)). Names stand in the order
 * of their UTF-16 code units, equal values of a name once, as in Twilio's own library.
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
 * Whether Twilio signed this form for this URL (as it stands in the number's settings) with this token. Only the
 * account's token signs, and it says nothing of when: a form that is posted again is known by its MessageSid.
 * Answers false, and never throws, for a URL that is none, an empty token and a missing signature.
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
  /** Of the header X-Twilio-Signature. */
  readonly signature: string | undefined
}): boolean {
  if (!signature || token === '') return false
  const given = Buffer.from(signature)
  return signedUrls(url).some((candidate) => {
    const expected = Buffer.from(twilioSignature(token, candidate, form))
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
}

/** A URL in parts that keep the characters that were signed; `new URL` would encode some. */
const PARTS = /^(?<scheme>https?:\/\/)(?:[^/?#]*@)?(?<host>\[[^\]/?#]*\]|[^/?#:]*)(?<port>:\d*)?/i

/**
 * What Twilio may have signed for a URL: it drops user, password and fragment (which steers its retries), and the port
 * in some products only. As its library does, the URL is also taken as `new URL` and node:querystring write it.
 */
function signedUrls(url: string): readonly string[] {
  const [withoutFragment = ''] = url.split('#')
  const normal = URL.parse(withoutFragment)
  if (normal === null || !PARTS.test(withoutFragment)) return []
  const received = withPorts(withoutFragment)
  const normalized = withPorts(normal.href)
  return [...new Set([...received, ...normalized, ...normalized.map(withPlainQuery)])]
}

/** Without a port, and with the one it has or the usual one. */
function withPorts(url: string): readonly string[] {
  const { scheme = '', host = '', port } = PARTS.exec(url)?.groups ?? {}
  const rest = url.replace(PARTS, '')
  const usual = scheme.toLowerCase() === 'https://' ? ':443' : ':80'
  return [scheme + host + rest, scheme + host + (port || usual) + rest]
}

function withPlainQuery(url: string): string {
  const [path = '', ...query] = url.split('?')
  const text = query.join('?')
  return text === '' ? url : `${path}?${stringify(parse(text))}`
}
