/** Parses `Prefer: wait=<seconds>` (RFC 7240, section 4.3). */

/** In seconds, because API Gateway gives up on a response after 30 seconds. */
const LONGEST = 25

/** Returns how many seconds the caller prefers to wait, at most 25; 0 if the header is missing or malformed. */
export function preferredWait(prefer: string | undefined): number {
  const preferences = (prefer ?? '').split(',').map((each) => each.split(';')[0]?.trim() ?? '')
  // Of several preferences with the same name, the first counts (section 2).
  const wait = preferences.find((each) => /^wait\s*(=|$)/i.test(each)) ?? ''
  const seconds = /^wait\s*=\s*"?(\d{1,9})"?$/i.exec(wait)?.[1]
  return Math.min(Number(seconds ?? 0), LONGEST)
}
