/** Keeps the secrets of a job out of what is told about it. */

/** Anything shorter would be found in innocent text. */
const SHORTEST_SECRET = 8

/** A function that replaces each of these secrets in a text. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const real = secrets.filter((secret) => secret.length >= SHORTEST_SECRET)
  return (text) => real.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text)
}
