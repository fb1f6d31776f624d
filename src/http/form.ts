/** A form as it is posted (application/x-www-form-urlencoded), with all that a signature over it needs. */

/** The values of each name in the order they were posted. A Map, so that `__proto__` is a name like any other. */
export type UrlEncodedForm = ReadonlyMap<string, readonly string[]>

/** Reads a body as the WHATWG URL standard says (`+` is a blank); what is not UTF-8 becomes U+FFFD, nothing throws. */
export function readUrlEncodedForm(raw: Buffer): UrlEncodedForm {
  const form = new Map<string, string[]>()
  // URLSearchParams drops a leading `?`, but not behind an empty pair.
  for (const [name, value] of new URLSearchParams(`&${raw.toString('utf8')}`)) {
    const values = form.get(name)
    if (values) values.push(value)
    else form.set(name, [value])
  }
  return form
}
