/** The report as text: a table for each section, and what missed its mark with the reason. */
import { type Figure, type Findings, keepsMark, type Unit } from './figure.ts'

export interface SectionReport extends Findings {
  readonly name: string
  readonly title: string
}

const NAME_WIDTH = 48
const VALUE_WIDTH = 14
const SPREAD_WIDTH = 24
const MARK_WIDTH = 13

export function sectionText({ name, title, figures, notes = [] }: SectionReport): string {
  const head = [`${name}: ${title}`, ...notes.map((note) => `  ${note}`)]
  const lines = figures.flatMap((figure, i) => {
    const isNew = figure.group !== undefined && figure.group !== figures[i - 1]?.group
    return [...(isNew ? [`  ${figure.group}`] : []), ...figureLines(figure)]
  })
  return [...head, ...lines].join('\n')
}

/** Returns the name with its group's. */
const fullName = ({ group, name }: Figure) => (group === undefined ? name : `${group}: ${name}`)

function figureLines(figure: Figure): string[] {
  const { name, group, unit, value, spread, most, because } = figure
  const range =
    spread && spread.samples > 1
      ? `${amount(spread.least)} to ${amount(spread.most)} (${spread.samples})`
      : ''
  const mark = most === undefined ? '' : `<= ${withUnit(most, unit)}`
  const line = [
    `${group === undefined ? '' : '  '}${name}`.padEnd(NAME_WIDTH),
    withUnit(value, unit).padStart(VALUE_WIDTH),
    range.padStart(SPREAD_WIDTH),
    mark.padStart(MARK_WIDTH),
    verdict(figure),
  ]
  const missed = keepsMark(figure) === false && because !== undefined
  return [`  ${line.join('  ').trimEnd()}`, ...(missed ? [`      missed: ${because}`] : [])]
}

const verdict = (figure: Figure) =>
  ({ true: 'kept', false: 'MISSED', undefined: '' })[String(keepsMark(figure))] ?? ''

const withUnit = (value: number, unit: Unit) => {
  if (unit === '$' || unit === '$/month') return `$${amount(value)}${unit.slice(1)}`
  return `${amount(value)}${unit && ` ${unit}`}`
}

/** Returns three significant digits, or all of a whole number. */
function amount(value: number): string {
  if (Number.isInteger(value)) return String(value)
  if (Math.abs(value) >= 100) return value.toFixed(0)
  return String(Number(value.toPrecision(3)))
}

/** Returns how many marks were kept, and which were not. */
export function summaryText(sections: readonly SectionReport[]): string {
  const marked = sections.flatMap(({ name, figures }) =>
    figures
      .filter((each) => each.most !== undefined)
      .map((each) => ({ label: `${name}: ${fullName(each)}`, kept: keepsMark(each) })),
  )
  const missed = marked.filter(({ kept }) => !kept)
  const head = `${marked.length - missed.length} of ${marked.length} marks kept`
  return [head, ...missed.map(({ label }) => `  missed  ${label}`)].join('\n')
}
