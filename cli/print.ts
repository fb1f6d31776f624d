/** What commands print: results on standard output, everything else on standard error. */
import { printable } from '../src/core/printable.ts'

/** Prints a result. Terminal escapes in foreign text do not reach the terminal. */
export const print = (text: string): void => console.log(printable(text))

/** Prints a result for programs: JSON on one line. */
export const printJson = (value: unknown): void => console.log(JSON.stringify(value))

/** Prints a list for programs: JSON, one item a line. */
export function printJsonLines(values: readonly unknown[]): void {
  for (const value of values) printJson(value)
}

/** Tells a person what goes on. It does not disturb programs that read the results. */
export const note = (text: string): void => console.error(printable(text))

/** Whether a person can be asked. */
export const isInteractive = (): boolean =>
  process.stdin.isTTY === true && process.stderr.isTTY === true

/** Returns rows in columns. The last column may have any width. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (all, row) => row.map((cell, i) => Math.max(all[i] ?? 0, cell.length)),
    [],
  )
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join('  ')
  return rows.map((row) => line(row).trimEnd()).join('\n')
}

/** Returns text behind a label. Further lines are indented. */
export const labelled = (label: string, text: string): string =>
  text
    .trimEnd()
    .split('\n')
    .map((line, i) => `${(i === 0 ? label : '').padEnd(10)} ${line}`)
    .join('\n')
