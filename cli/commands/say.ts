/** `baton say` and `baton watch`: sends a message, and shows what happens until nothing is left to do. */
import { randomUUID } from 'node:crypto'
import { text as readAll } from 'node:stream/consumers'
import { Command } from '@commander-js/extra-typings'
import { messageIds } from '../../src/contract/api/common.ts'
import { parseSlashCommand } from '../../src/core/slash-command.ts'
import { clientFor } from '../api.ts'
import { EXIT_HELP } from '../exit.ts'
import { sessionOrNone } from '../follow.ts'
import { jsonOption, minutesOption, numberIn, sessionIn, urlOption, usage } from '../options.ts'
import { note, print, printJson } from '../print.ts'
import { watchSession } from '../watching.ts'

export const say = () =>
  new Command('say')
    .summary('send a message to the conductor, and show what happens')
    .description(
      'Sends a message to the conductor and shows what happens until nothing is left to do. Ctrl-C ends the command, not the work.',
    )
    .argument('[text...]', 'the message; - or nothing reads it from standard input')
    .option('-s, --session <id>', 'the conversation', sessionIn, 'main')
    .option('--no-wait', 'send it, and do not wait')
    .option('-q, --quiet', 'print nothing but replies')
    .addOption(minutesOption())
    .addOption(jsonOption())
    .addOption(urlOption())
    .addHelpText(
      'after',
      `
Examples:
  $ baton say What can you do?
  $ baton say --session report 'Write a report about this week'
  $ git diff | baton say --quiet -
  $ baton say --json "Test everything" | jq -c 'select(.event == "end")'

${EXIT_HELP}`,
    )
    .action(
      async (words, { session: sessionId, wait, quiet = false, minutes, json = false, url }) => {
        const client = clientFor(url)
        const content = await contentOf(words)
        const { lastSeq: after = 0 } = (await sessionOrNone(client, sessionId)) ?? {}
        const sent = messageIds.parse(
          await client.send('/api/webhooks/conductor/message', {
            body: { content, sessionId },
            idempotencyKey: randomUUID(),
          }),
        )
        if (!wait) {
          if (json) printJson(sent)
          else print(`Sent. baton watch ${sessionId} follows it.`)
          return
        }
        if (!json) note('Sent; waiting …')
        const isSlashCommand = parseSlashCommand(content) !== undefined
        const { messageId } = sent
        const options = { messageId, isSlashCommand, minutes, json, quiet }
        process.exitCode = await watchSession(client, sessionId, { ...options, after })
      },
    )

/** Returns the message. Throws a CliError if there is none. */
async function contentOf(words: readonly string[]): Promise<string> {
  const isPiped = words.length === 0 || (words.length === 1 && words[0] === '-')
  if (isPiped && process.stdin.isTTY)
    throw usage('There is no message.', 'For example: baton say What can you do?')
  const content = isPiped ? await readAll(process.stdin) : words.join(' ')
  if (content.trim() === '') throw usage('The message is empty.')
  return content
}

/** So many entries show how the latest run has ended. */
const ENOUGH = 100

export const watch = () =>
  new Command('watch')
    .summary('show what happens in a conversation')
    .description(
      'Shows what happens in a conversation until nothing is left to do, beginning with its latest entries.',
    )
    .argument('[session]', 'the conversation', sessionIn, 'main')
    .option(
      '--last <n>',
      'how many entries to begin with',
      (n) => numberIn(n, { min: 0, max: ENOUGH }),
      5,
    )
    .option('--forever', 'go on when nothing is left to do, until Ctrl-C')
    .addOption(minutesOption())
    .addOption(jsonOption())
    .addOption(urlOption())
    .addHelpText(
      'after',
      `
With --json each event is a line: {"event": "entry" | "activity" | "state" | "end", …}.

Examples:
  $ baton watch
  $ baton watch report --last 20
  $ baton watch --json --forever | jq -c 'select(.event == "entry") | .entry.text'

${EXIT_HELP}`,
    )
    .action(async (sessionId, { last, forever = false, minutes, json = false, url }) => {
      const client = clientFor(url)
      const { lastSeq } = await client.get('Session', `/api/sessions/${sessionId}`)
      const silentUntil = Math.max(0, lastSeq - last)
      // The last word of a run is before its receipt.
      const after = Math.max(0, lastSeq - ENOUGH)
      const options = {
        after,
        silentUntil,
        minutes: forever ? Number.POSITIVE_INFINITY : minutes,
        json,
        forever,
      }
      process.exitCode = await watchSession(client, sessionId, options)
    })
