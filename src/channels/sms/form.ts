/** Parses a posted form (application/x-www-form-urlencoded) and keeps all that its signature covers. */

/** The values of each name, in the posted order. A Map, so that `__proto__` is an ordinary name. */
export type UrlEncodedForm = ReadonlyMap<string, readonly string[]>

/** Parses a body by the WHATWG URL standard (`+` is a space). Invalid UTF-8 becomes U+FFFD. Never throws. */
export function readUrlEncodedForm(raw: Buffer): UrlEncodedForm {
  const form = new Map<string, string[]>()
  // URLSearchParams drops a leading `?`, unless an empty pair precedes it.
  for (const [name, value] of new URLSearchParams(`&${raw.toString('utf8')}`)) {
    const values = form.get(name)
    if (values) values.push(value)
    else form.set(name, [value])
  }
  return form
}
