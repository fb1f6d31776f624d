/** Budgets: what was spent of each, and where a day will end at this pace. */
import type { Limit } from '../api/types.ts'
import { clean, integer, money } from '../format.ts'
import { Meter } from './meter.tsx'

const amount = (unit: Limit['unit'], value: number) =>
  unit === 'usd' ? money(value) : `${integer(value)} ${unit}`

interface Props {
  /** What the budgets are for, and those budgets. */
  limits: readonly (readonly [label: string, limits: readonly Limit[]])[]
}

export function Limits({ limits }: Props) {
  if (limits.every(([, each]) => each.length === 0)) return <p class="quiet">Nothing is limited.</p>
  return (
    <ul class="limits">
      {limits.flatMap(([label, each]) =>
        each.map((limit) => (
          <li key={`${label} ${limit.unit} ${limit.person}`}>
            <LimitView label={label} limit={limit} />
          </li>
        )),
      )}
    </ul>
  )
}

function LimitView({ label, limit }: { label: string; limit: Limit }) {
  const { unit, spent, forecast, person } = limit
  const most = amount(unit, limit.limit)
  const name = person === undefined ? label : `${label}: ${clean(person)}`
  return (
    <>
      <p class="limit">
        <span>
          <bdi>{name}</bdi>
        </span>
        <span>
          {spent === null
            ? `at most ${most}`
            : `${unit === 'usd' ? money(spent) : integer(spent)} of ${most}`}
        </span>
      </p>
      {spent !== null && <Meter value={spent} limit={limit.limit} label={`${name}, ${unit}`} />}
      {forecast !== null && (
        <p class={forecast > limit.limit ? 'problem' : 'quiet'}>
          {amount(unit, forecast)} by midnight (UTC) at the pace of the last 24 hours
          {forecast > limit.limit && ', which is more than the budget'}
        </p>
      )}
    </>
  )
}
