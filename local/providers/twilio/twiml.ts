/** How Twilio interprets a webhook's response to an inbound message. */
import type { Posted } from './post-signed.ts'

/** 11200: no usable response. 11750: longer than 64 kB. 12100: no TwiML. 12300: not the content type of TwiML. */
export type AlertCode = 11200 | 11750 | 12100 | 12300

const LONGEST_BYTES = 64 * 1024
const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
}

/**
 * Returns the texts of its `<Message>` verbs, or the debugger's error code if it is not usable. A `text/plain`
 * response is itself sent to the person, so a webhook that responds "ok" is noticed at once.
 * https://www.twilio.com/docs/messaging/twiml
 */
export function readTwiml({
  status,
  contentType = '',
  body,
}: Pick<Posted, 'status' | 'contentType' | 'body'>): readonly string[] | AlertCode {
  if (status === null || status < 200 || status > 299) return 11200
  if (Buffer.byteLength(body) > LONGEST_BYTES) return 11750
  const [type = ''] = contentType.toLowerCase().split(';')
  if (type.trim() === 'text/plain') return body ? [body] : []
  if (!['text/xml', 'application/xml', 'text/html'].includes(type.trim())) return 12300
  const root = /^\s*(?:<\?xml[^>]*\?>\s*)?<Response\s*(?:\/>|>(.*)<\/Response>)\s*$/s.exec(body)
  if (!root) return 12100
  return [...(root[1] ?? '').matchAll(/<Message\b[^>]*>(.*?)<\/Message>/gs)].map(([, inner = '']) =>
    unescaped(/<Body\b[^>]*>(.*?)<\/Body>/s.exec(inner)?.[1] ?? inner.replace(/<[^>]*>/g, '')),
  )
}

const unescaped = (text: string) =>
  text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (decimal) return String.fromCodePoint(Number(decimal))
    return hex ? String.fromCodePoint(Number.parseInt(hex, 16)) : (ENTITIES[name] ?? whole)
  })
