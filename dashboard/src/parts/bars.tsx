/** A small chart of bars by day, with the table behind it. */
import { useId } from 'preact/hooks'

export interface Series {
  readonly name: string
  readonly values: readonly number[]
}

interface Props {
  title: string
  /** Dates (`YYYY-MM-DD`), oldest first. */
  dates: readonly string[]
  /** At most four; their values of a day are stacked. */
  series: readonly Series[]
  format: (value: number) => string
}

const WIDTH = 600
const HEIGHT = 110

export function Bars({ title, dates, series, format }: Props) {
  const id = useId()
  const sums = dates.map((_, i) => series.reduce((sum, { values }) => sum + (values[i] ?? 0), 0))
  const most = Math.max(...sums, 0)
  const total = sums.reduce((sum, value) => sum + value, 0)
  return (
    <section class="card chart" aria-labelledby={id}>
      <h2 id={id}>
        {title} <small>{format(total)} in all</small>
      </h2>
      {most > 0 ? (
        <>
          <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${title} by day`}>
            {dates.map((date, i) => (
              <Bar key={date} day={i} days={dates.length} series={series} most={most}>
                {`${date}: ${format(sums[i] ?? 0)}`}
              </Bar>
            ))}
          </svg>
          <p class="axis quiet">
            <span>{dates[0]}</span>
            <span>at most {format(most)}</span>
            <span>{dates.at(-1)}</span>
          </p>
        </>
      ) : (
        <p class="quiet">Nothing in this time.</p>
      )}
      {series.length > 1 && (
        <ul class="legend">
          {series.map(({ name }, i) => (
            <li key={name} class={`tone-${i}`}>
              {name}
            </li>
          ))}
        </ul>
      )}
      <Table title={title} dates={dates} series={series} format={format} />
    </section>
  )
}

interface BarProps {
  day: number
  days: number
  series: readonly Series[]
  most: number
  children: string
}

function Bar({ day, days, series, most, children }: BarProps) {
  const step = WIDTH / days
  const heights = series.map(({ values }) => ((values[day] ?? 0) / most) * (HEIGHT - 2))
  return (
    <g>
      <title>{children}</title>
      <rect x={day * step} y={0} width={step} height={HEIGHT} class="ground" />
      {heights.map((height, i) => (
        <rect
          key={series[i]?.name}
          class={`tone-${i}`}
          x={day * step + 1}
          width={Math.max(1, step - 2)}
          y={HEIGHT - heights.slice(0, i + 1).reduce((sum, each) => sum + each, 0)}
          height={height}
        />
      ))}
    </g>
  )
}

function Table({ title, dates, series, format }: Props) {
  return (
    <details>
      <summary>Table</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="wide" tabIndex={0} aria-label={`${title}, as a table`}>
        <table>
          <thead>
            <tr>
              <th>Day</th>
              {series.map(({ name }) => (
                <th key={name}>{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {dates.map((date, i) => (
              <tr key={date}>
                <td>{date}</td>
                {series.map(({ name, values }) => (
                  <td key={name}>{format(values[i] ?? 0)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  )
}
