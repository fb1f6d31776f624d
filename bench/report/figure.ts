/** One line of the report: a measured value, its spread, and its mark. */
import { type Spread, spreadOf } from './statistics.ts'

export type Unit =
  | ''
  | 'ms'
  | 's'
  | 'CPU-s'
  | 'CPU-ms'
  | 'kB'
  | 'MB'
  | 'MB/s'
  | '$'
  | '$/month'
  | 'x'

export interface Figure {
  readonly name: string
  /** Figures of one group appear together under its name. */
  readonly group?: string
  readonly unit: Unit
  /** The median, if it was measured several times. */
  readonly value: number
  readonly spread?: Omit<Spread, 'median'>
  /** The highest acceptable value. */
  readonly most?: number
  /** Its components: where to look if it misses its mark. */
  readonly because?: string
}

type Rest = Pick<Figure, 'group' | 'most' | 'because'>

/** Returns a value that is counted, or measured once. */
export const figure = (name: string, unit: Unit, value: number, rest: Rest = {}): Figure => ({
  name,
  unit,
  value,
  ...rest,
})

/** Returns a value that is measured several times. */
export function measured(
  name: string,
  unit: Unit,
  samples: readonly number[],
  rest: Rest = {},
): Figure {
  const { median, ...spread } = spreadOf(samples)
  return { name, unit, value: median, spread, ...rest }
}

/** Returns whether it meets its mark, or undefined if it has none. */
export const meetsMark = ({ value, most }: Figure): boolean | undefined =>
  most === undefined ? undefined : value <= most

/** The results of a section of the benchmark. */
export interface Findings {
  readonly figures: readonly Figure[]
  /** What a reader must know about how the figures were measured. */
  readonly notes?: readonly string[]
}
