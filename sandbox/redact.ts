/** Removes a job's secrets from its reports. */

/** A shorter secret would match ordinary text. */
const SHORTEST_SECRET = 8

/** Returns a function that replaces each of these secrets in a text. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const real = secrets.filter((secret) => secret.length >= SHORTEST_SECRET)
  return (text) => real.reduce((left, secret) => left.replaceAll(secret, '[redacted]'), text)
}
