/** One line of the report: what was measured, how it spreads, and the mark that it is held to. */
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
  /** Figures of one group stand together under its name. */
  readonly group?: string
  readonly unit: Unit
  /** The median, if it was measured several times. */
  readonly value: number
  readonly spread?: Omit<Spread, 'median'>
  /** The value that it must not exceed. */
  readonly most?: number
  /** What it is made of: where to look if it misses its mark. */
  readonly because?: string
}

type Rest = Pick<Figure, 'group' | 'most' | 'because'>

/** Something that is counted, or measured once. */
export const figure = (name: string, unit: Unit, value: number, rest: Rest = {}): Figure => ({
  name,
  unit,
  value,
  ...rest,
})

/** Something that is measured several times. */
export function measured(
  name: string,
  unit: Unit,
  samples: readonly number[],
  rest: Rest = {},
): Figure {
  const { median, ...spread } = spreadOf(samples)
  return { name, unit, value: median, spread, ...rest }
}

/** Returns whether it keeps its mark, or undefined if it has none. */
export const keepsMark = ({ value, most }: Figure): boolean | undefined =>
  most === undefined ? undefined : value <= most

/** What a section of the benchmark found. */
export interface Findings {
  readonly figures: readonly Figure[]
  /** What a reader must know to read the figures: how they were taken. */
  readonly notes?: readonly string[]
}
