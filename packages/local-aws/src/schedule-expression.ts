/** Schedule expressions: `rate(5 minutes)` and `cron(0 9 * * ? *)`, in UTC. */

const minuteMs = 60_000

const unitMs: Readonly<Record<string, number>> = {
  minute: minuteMs,
  hour: 3_600_000,
  day: 86_400_000,
}

/** Returns the next time after `after` (both in milliseconds) at which the expression fires. */
export type NextRun = (after: number) => number

/**
 * Parses a schedule expression. A cron field may contain `*`, `?`, numbers, names of months and days, lists,
 * ranges and steps. `L`, `W`, `#` and `at(…)` are refused. A rate counts from the start of the local stack.
 */
export function scheduleExpression(expression: string): NextRun {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression)
  if (rate) {
    const period = Number(rate[1]) * (unitMs[rate[2] ?? ''] ?? 0)
    if (period > 0) return (after) => after + period
  }
  const fields = /^cron\((.+)\)$/.exec(expression)?.[1]?.trim().split(/\s+/)
  if (fields?.length === 6) return cron(fields, expression)
  throw new Error(`${expression} is not implemented: use rate(…) or cron(… six fields …)`)
}

const names = {
  month: ['', 'JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
  weekday: ['', 'SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'],
}

function cron(fields: readonly string[], expression: string): NextRun {
  const [minute = '', hour = '', day = '', month = '', weekday = '', year = ''] = fields
  const minutes = values(minute, 0, 59, expression)
  const hours = values(hour, 0, 23, expression)
  const days = values(day, 1, 31, expression)
  const months = values(month, 1, 12, expression, names.month)
  const weekdays = values(weekday, 1, 7, expression, names.weekday)
  const years = values(year, 1970, 2199, expression)
  const onDay = (date: Date) =>
    years.has(date.getUTCFullYear()) &&
    months.has(date.getUTCMonth() + 1) &&
    days.has(date.getUTCDate()) &&
    weekdays.has(date.getUTCDay() + 1)
  return (after) => {
    const date = new Date(after - (after % minuteMs) + minuteMs)
    while (date.getUTCFullYear() <= 2199) {
      if (!onDay(date)) date.setUTCHours(24, 0, 0, 0)
      else if (!hours.has(date.getUTCHours())) date.setUTCHours(date.getUTCHours() + 1, 0, 0, 0)
      else if (!minutes.has(date.getUTCMinutes())) date.setUTCMinutes(date.getUTCMinutes() + 1)
      else return date.getTime()
    }
    throw new Error(`${expression} never fires again`)
  }
}

/** Returns the numbers that a field matches. */
function values(
  field: string,
  low: number,
  high: number,
  expression: string,
  words: readonly string[] = [],
): Set<number> {
  const allowed = new Set<number>()
  const number = (text: string) => {
    const word = words.indexOf(text.toUpperCase())
    const value = word > 0 ? word : Number(text)
    if (Number.isInteger(value) && value >= low && value <= high) return value
    throw new Error(`${expression}: ${field} is not implemented`)
  }
  for (const part of field.split(',')) {
    const [range = '', step = '1'] = part.split('/')
    const [from = '', to] = range.split('-')
    const all = range === '*' || range === '?'
    const first = all ? low : number(from)
    const last = all || (to === undefined && part.includes('/')) ? high : number(to ?? from)
    const stride = Number(step)
    if (!(Number.isInteger(stride) && stride > 0))
      throw new Error(`${expression}: ${field} is not implemented`)
    for (let value = first; value <= last; value += stride) allowed.add(value)
  }
  return allowed
}
