/** `baton usage`: what was used and what it cost, by day. */
import { Command } from '@commander-js/extra-typings'
import { clientFor } from '../api.ts'
import { jsonOption, numberIn, urlOption } from '../options.ts'
import { columns, print, printJsonLines } from '../print.ts'

export const usageByDay = () =>
  new Command('usage')
    .summary('show what was used and what it cost, by day')
    .option('--days <n>', 'how many days', (n) => numberIn(n, { min: 1, max: 366 }), 30)
    .addOption(jsonOption())
    .addOption(urlOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ baton usage --days 7\n  $ baton usage --json | jq .costUsd',
    )
    .action(async ({ days, json = false, url }) => {
      const client = clientFor(url)
      const daily = await client.get('Daily', `/api/monitoring/usage?days=${days}`)
      if (json) return printJsonLines(daily.days)
      const { budgets } = await client.get('Metrics', '/api/monitoring/metrics')
      const rows = daily.days.map(({ date, costUsd, messages, turns, workers }) => [
        date,
        `$${costUsd.toFixed(2)}`,
        `${messages.in} in, ${messages.out} out`,
        String(turns),
        String(workers.spawned),
      ])
      print(columns([['DAY (UTC)', 'COST', 'MESSAGES', 'TURNS', 'WORKERS'], ...rows]))
      if (budgets.day.usd !== undefined) print(`\nThe budget of a day is $${budgets.day.usd}.`)
    })
