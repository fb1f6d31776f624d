/** Refuses query parameters that a route does not declare, because a misspelt one would be ignored without a word. */
import { closestName } from '../core/closest-name.ts'
import { Problem } from './problem.ts'

const LONGEST_SHOWN = 50

/** Throws 400 for the first name in `given` that is not in `known`, with the name that was probably meant. */
export function requireKnownNames(given: readonly string[], known: readonly string[]): void {
  const unknown = given.find((name) => !known.includes(name))
  if (unknown === undefined) return
  const name = JSON.stringify(unknown.slice(0, LONGEST_SHOWN))
  throw new Problem(400, `The query is not valid: ${name}: ${advice(unknown, known)}.`)
}

function advice(unknown: string, known: readonly string[]): string {
  if (known.length === 0) return 'this route has no parameters'
  const meant = closestName(unknown, known)
  return meant === undefined
    ? `there is no such parameter, only ${known.join(', ')}`
    : `there is no such parameter, but perhaps you mean ${meant}`
}
