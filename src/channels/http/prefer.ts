/** `Prefer: wait=<seconds>` (RFC 7240, section 4.3). */

/** API Gateway gives up on an answer after 30 seconds. */
const LONGEST = 25

/** How long the asker prefers to wait, in seconds, at most 25; 0 when it does not say, or not in a way that can be read. */
export function preferredWait(prefer: string | undefined): number {
  const preferences = (prefer ?? '').split(',').map((each) => each.split(';')[0]?.trim() ?? '')
  // The first of several of one name is the one that counts (section 2).
  const wait = preferences.find((each) => /^wait\s*(=|$)/i.test(each)) ?? ''
  const seconds = /^wait\s*=\s*"?(\d{1,9})"?$/i.exec(wait)?.[1]
  return Math.min(Number(seconds ?? 0), LONGEST)
}
