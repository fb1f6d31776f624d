/** `baton sessions` and `baton show`: conversations, and one in full. */
import { Command } from '@commander-js/extra-typings'
import type { ShapeOf } from '../../src/contract/api/index.ts'
import { oneLine } from '../../src/core/one-line.ts'
import { plural } from '../../src/core/plural.ts'
import { clientFor } from '../api.ts'
import { entriesAfter } from '../follow.ts'
import { jsonOption, numberIn, sessionIn, urlOption } from '../options.ts'
import { columns, print, printJson, printJsonLines } from '../print.ts'
import { entryLines } from '../watching.ts'

type Session = ShapeOf<'Session'>

const dollars = (usd: number) => `$${usd.toFixed(2)}`

/** Returns the time of day today, and the date before. */
const shortTime = (time: string) => {
  const isToday = time.slice(0, 10) === new Date().toISOString().slice(0, 10)
  return isToday ? `${time.slice(11, 16)}Z` : time.slice(0, 10)
}

export const sessions = () =>
  new Command('sessions')
    .summary('list conversations, the most recently active first')
    .option('--limit <n>', 'how many', (n) => numberIn(n, { min: 1, max: 100 }), 20)
    .addOption(jsonOption())
    .addOption(urlOption())
    .addHelpText('after', '\nExamples:\n  $ baton sessions\n  $ baton sessions --json | jq .state')
    .action(async ({ limit, json = false, url }) => {
      const client = clientFor(url)
      const page = await client.get('SessionPage', `/api/sessions?limit=${limit}`)
      if (json) return printJsonLines(page.sessions)
      if (page.sessions.length === 0)
        return print('There are no conversations yet. Begin one with: baton say What can you do?')
      const rows = page.sessions.map((each) => [
        each.sessionId,
        each.state,
        shortTime(each.lastActivity),
        dollars(each.costUsd),
        `${each.activeWorkerCount} at work`,
        oneLine(each.title ?? ''),
      ])
      print(columns([['SESSION', 'STATE', 'ACTIVE', 'COST', 'WORKERS', 'TITLE'], ...rows]))
    })

export const show = () =>
  new Command('show')
    .summary('show a conversation: its state, workers, questions and latest entries')
    .argument('[session]', 'the conversation', sessionIn, 'main')
    .option('--last <n>', 'how many entries', (n) => numberIn(n, { min: 0, max: 100 }), 20)
    .addOption(jsonOption())
    .addOption(urlOption())
    .addHelpText('after', '\nExamples:\n  $ baton show\n  $ baton show report --last 3')
    .action(async (sessionId, { last, json = false, url }) => {
      const client = clientFor(url)
      const session = await client.get('Session', `/api/sessions/${sessionId}`)
      const after = Math.max(0, session.lastSeq - last)
      const entries = last === 0 ? [] : await entriesAfter(client, sessionId, after)
      if (json) return printJson({ ...session, entries })
      print(headOf(session))
      for (const line of entries.flatMap(entryLines)) print(line)
    })

function headOf({ sessionId, state, paused, channel, usage, workers, questions, held }: Session) {
  const facts = [
    ['Session', sessionId],
    ['State', paused === null ? state : `${state}: ${paused}`],
    ['Channel', channel],
    [
      'Cost',
      `${dollars(usage.costUsd)} for ${plural(usage.turns, 'turn')} and ${plural(usage.workers, 'worker')}`,
    ],
    ...(held > 0 ? [['Held', `${held} messages, until baton continue ${sessionId}`]] : []),
    ...questions.map(({ number, text }) => ['Question', `${number} ${oneLine(text)}`]),
    ...workers.map((each) => [
      'Worker',
      `${each.workerId} ${each.status}, leg ${each.leg}: ${oneLine(each.task).slice(0, 80)}`,
    ]),
  ]
  return `${columns(facts)}\n`
}
