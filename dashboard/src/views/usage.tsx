/** What was used, by day: dollars, messages by channel, workers, and tokens by model; and who used it. */
import { call } from '../api/client.ts'
import { useInTurn } from '../api/in-turn.ts'
import type { Daily, Metrics } from '../api/types.ts'
import { clean, integer, money } from '../format.ts'
import { Bars, type Series } from '../parts/bars.tsx'
import { Limits } from '../parts/limits.tsx'
import { Pending } from '../parts/problem.tsx'

const DAYS = 30
const DAY_MS = 86_400_000
/** More series than a chart can tell apart. */
const MOST_SERIES = 4

export function Usage() {
  const polled = useInTurn('usage', {
    daily: (signal) => call('GET /api/monitoring/usage', { query: { days: DAYS }, signal }),
    metrics: (signal) => call('GET /api/monitoring/metrics', { signal }),
  })
  const loaded = polled.value.value
  return (
    <main class="page">
      <header class="head">
        <h1>Usage</h1>
      </header>
      <Pending of={polled} />
      {loaded && (
        <>
          <Budgets daily={loaded.daily} metrics={loaded.metrics} />
          <Charts daily={loaded.daily} />
          <People daily={loaded.daily} />
        </>
      )}
    </main>
  )
}

const SCOPES = {
  run: 'Each run',
  session: 'Each conversation',
  sender: 'Each person, a day',
  day: 'All together, a day',
} as const

function Budgets({ daily: { limits }, metrics }: { daily: Daily; metrics: Metrics }) {
  const { today, costUsd, since } = metrics
  const labelled = Object.entries(SCOPES).map(
    ([scope, label]) => [label, limits[scope as keyof typeof SCOPES]] as const,
  )
  return (
    <section class="card" aria-labelledby="usage-limits">
      <h2 id="usage-limits">Budgets</h2>
      <Limits limits={labelled} />
      <dl class="facts">
        <div>
          <dt>Spent today</dt>
          <dd>{money(today.costUsd)}</dd>
        </div>
        <div>
          <dt>Spent in all{since && `, since ${since}`}</dt>
          <dd>{money(costUsd)}</dd>
        </div>
      </dl>
    </section>
  )
}

/** People that are shown. */
const MOST_PEOPLE = 50

function People({ daily: { people } }: { daily: Daily }) {
  if (people.length === 0) return null
  const most = Math.max(...people.map(({ costUsd }) => costUsd))
  return (
    <section class="card" aria-labelledby="usage-people">
      <h2 id="usage-people">By person</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div class="wide" tabIndex={0}>
        <table class="by-person">
          <thead>
            <tr>
              <th>Person</th>
              <th>Messages</th>
              <th>Workers</th>
              <th>Tokens</th>
              <th>Dollars</th>
            </tr>
          </thead>
          <tbody>
            {people.slice(0, MOST_PEOPLE).map(({ person, messages, workers, tokens, costUsd }) => (
              <tr key={person}>
                <td>
                  <bdi>{clean(person)}</bdi>
                  <Share part={costUsd} most={most} />
                </td>
                <td class="number">{integer(messages.in + messages.out)}</td>
                <td class="number">{integer(workers.spawned)}</td>
                <td class="number">{integer(all(tokens))}</td>
                <td class="number">{money(costUsd)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {people.length > MOST_PEOPLE && (
        <p class="quiet">
          The {MOST_PEOPLE} who cost most, of {integer(people.length)}.
        </p>
      )}
    </section>
  )
}

/** A bar as long as a person's part of the dollars. */
const Share = ({ part, most }: { part: number; most: number }) => (
  <svg class="share" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
    <rect class="tone-0" width={most > 0 ? (100 * part) / most : 0} height={4} />
  </svg>
)

type Tokens = Daily['people'][number]['tokens']
const all = ({ input, output, cacheRead, cacheWrite }: Tokens) =>
  input + output + cacheRead + cacheWrite

function Charts({ daily: { days, timestamp } }: { daily: Daily }) {
  const dates = Array.from({ length: DAYS }, (_, i) =>
    new Date(Date.parse(timestamp) - (DAYS - 1 - i) * DAY_MS).toISOString().slice(0, 10),
  )
  const byDate = new Map(days.map((day) => [day.date, day]))
  const one = (name: string, value: (day: Daily['days'][number]) => number): Series => ({
    name,
    values: dates.map((date) => {
      const day = byDate.get(date)
      return day ? value(day) : 0
    }),
  })
  const channels = [...new Set(days.flatMap(({ messages }) => Object.keys(messages.byChannel)))]
  const models = [...new Set(days.flatMap(({ byModel }) => Object.keys(byModel)))]
  return (
    <>
      <Bars
        title="Dollars"
        dates={dates}
        format={money}
        series={[one('Models', (day) => day.costUsd)]}
      />
      <Bars
        title="Messages"
        dates={dates}
        format={integer}
        series={channels.map((name) =>
          one(name, ({ messages: { byChannel } }) => {
            const both = byChannel[name as keyof typeof byChannel]
            return (both?.in ?? 0) + (both?.out ?? 0)
          }),
        )}
      />
      <Bars
        title="Workers"
        dates={dates}
        format={integer}
        series={[one('Started', ({ workers }) => workers.spawned)]}
      />
      <Bars
        title="Tokens"
        dates={dates}
        format={integer}
        series={models.slice(0, MOST_SERIES).map((name) =>
          one(name, ({ byModel }) => {
            const used = byModel[name]
            return used ? all(used) : 0
          }),
        )}
      />
    </>
  )
}
