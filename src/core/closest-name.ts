/** Finds the name that somebody probably meant. */
import { closestMatch } from 'leven'

/** More changes than this make another word. */
const MOST_TYPOS = 2

/** Returns the known name that is at most two typos away, in any case, or undefined if there is none. */
export function closestName(unknown: string, known: readonly string[]): string | undefined {
  const names = new Map(known.map((name) => [name.toLowerCase(), name]))
  const meant = closestMatch(unknown.toLowerCase(), [...names.keys()], { maxDistance: MOST_TYPOS })
  return meant === undefined ? undefined : names.get(meant)
}
