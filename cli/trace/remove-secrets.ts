/** Removes secrets from what is to leave the machine. */

const REMOVED = '[removed]'

/** Short values would remove words. */
const SHORTEST = 8

/** Of fields whose text is a credential, whatever it looks like. Counts such as `tokens` are numbers. */
const FIELDS = /(token|secret|password|authorization|api_?key|credential|signature)$/i

const FORMS = [
  /baton_[\w-]{43}/g,
  /sk-ant-[\w-]{16,}/g,
  /SG\.[\w-]{16,}\.[\w-]{16,}/g,
  /e2b_[0-9a-zA-Z]{16,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bBearer +[\w.~+/=-]{8,}/gi,
  // Job tokens and links to sessions: claims and a signature.
  /\beyJ[\w-]+\.[\w-]{43}\b/g,
  /([?&](?:X-Amz-Signature|X-Amz-Security-Token|signature)=)[^&\s"]+/gi,
  // Short links need no token.
  /(\/l\/)[\w-]{22}\b/g,
]

/** Returns a function that copies JSON without the secrets. They are also found in base64, and where JSON escapes them. */
export function secretRemover(secrets: readonly string[]): (value: unknown) => unknown {
  const known = [...new Set(secrets)].filter((each) => each.length >= SHORTEST)
  const written = known.flatMap((each) => [
    each,
    JSON.stringify(each).slice(1, -1),
    Buffer.from(each).toString('base64'),
    encodeURIComponent(each),
  ])
  // The longest first: one may contain another.
  const texts = [...new Set(written)].sort((a, b) => b.length - a.length)
  const fromText = (text: string): string => {
    const without = texts.reduce((rest, each) => rest.replaceAll(each, REMOVED), text)
    return FORMS.reduce((rest, form) => rest.replace(form, keepStart), without)
  }
  const from = (value: unknown): unknown => {
    if (typeof value === 'string') return fromText(value)
    if (Array.isArray(value)) return value.map(from)
    if (typeof value !== 'object' || value === null) return value
    if (value instanceof Date) return value.toISOString()
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [
        fromText(name),
        typeof inner === 'string' && FIELDS.test(name) ? REMOVED : from(inner),
      ]),
    )
  }
  return from
}

/** What a form names before the secret stays. */
const keepStart = (_: string, start: unknown): string =>
  typeof start === 'string' ? start + REMOVED : REMOVED
