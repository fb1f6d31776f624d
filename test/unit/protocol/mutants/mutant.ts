/** A version of the product that lacks a guard. */
import type { System } from '../system.ts'

export interface Mutant {
  readonly guard: string
  /** What the product does instead. */
  readonly instead: string
  /** The replaced parts of the product. */
  readonly lacks: Partial<System>
  /** Where it shows. */
  readonly scenario: string
  /** The violated property, or why the search finds nothing. */
  readonly breaks: `${'L' | 'S' | 'J'}${number}` | { readonly coveredBy: string }
}
