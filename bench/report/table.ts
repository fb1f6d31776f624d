/** The report as text: a table for each section, and the missed marks with the reasons. */
import { type Figure, type Findings, meetsMark, type Unit } from './figure.ts'

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
  const missed = meetsMark(figure) === false && because !== undefined
  return [`  ${line.join('  ').trimEnd()}`, ...(missed ? [`      missed: ${because}`] : [])]
}

const verdict = (figure: Figure) =>
  ({ true: 'met', false: 'MISSED', undefined: '' })[String(meetsMark(figure))] ?? ''

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

/** Returns how many marks were met, and which were not. */
export function summaryText(sections: readonly SectionReport[]): string {
  const marked = sections.flatMap(({ name, figures }) =>
    figures
      .filter((each) => each.most !== undefined)
      .map((each) => ({ label: `${name}: ${fullName(each)}`, met: meetsMark(each) })),
  )
  const missed = marked.filter(({ met }) => !met)
  const head = `${marked.length - missed.length} of ${marked.length} marks met`
  return [head, ...missed.map(({ label }) => `  missed  ${label}`)].join('\n')
}
