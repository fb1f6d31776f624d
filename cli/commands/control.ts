/** `baton stop`, `kill` and `continue`: what happens with work that runs. */
import { Command } from '@commander-js/extra-typings'
import { workerId } from '../../src/contract/api/ids.ts'
import { SCHEMAS } from '../../src/contract/api/index.ts'
import { clientFor } from '../api.ts'
import { EXIT_HELP } from '../exit.ts'
import { jsonOption, minutesOption, sessionIn, urlOption, usage } from '../options.ts'
import { note, print, printJson } from '../print.ts'
import { watchSession } from '../watching.ts'

export const stop = () =>
  new Command('stop')
    .summary('stop everything in a conversation; its history stays')
    .description(
      'Ends the run and its workers. What a worker has not handed over is lost; the history stays, and a new message begins again.',
    )
    .argument('<session>', 'the conversation', sessionIn)
    .addOption(jsonOption())
    .addOption(urlOption())
    .addHelpText('after', '\nExample:\n  $ baton stop main')
    .action(async (sessionId, { json = false, url }) => {
      const client = clientFor(url)
      // Whatever is wrong, the refusal to stop it says so.
      const before = await client
        .get('Session', `/api/sessions/${sessionId}`)
        .catch(() => undefined)
      const sent = await client.send(`/api/sessions/${sessionId}/stop`)
      const { run, workers } = SCHEMAS.Stopped.parse(sent)
      if (json) return printJson(sent)
      if (before?.state === 'idle' && workers.length === 0)
        return print(`Nothing was running in ${sessionId}.`)
      const ended = workers.length === 0 ? 'no worker was running' : `ended ${workers.join(', ')}`
      print(`Stopped run r${run} of ${sessionId}; ${ended}.`)
    })

export const kill = () =>
  new Command('kill')
    .summary('end a worker; the conductor is told')
    .argument('<session>', 'the conversation', sessionIn)
    .argument('<worker>', 'its id: w1', (text) => {
      if (workerId.safeParse(text).success) return text
      throw usage(`${JSON.stringify(text)} is not the id of a worker, such as w1.`)
    })
    .addOption(jsonOption())
    .addOption(urlOption())
    .addHelpText('after', '\nExample:\n  $ baton kill main w1')
    .action(async (sessionId, worker, { json = false, url }) => {
      const sent = await clientFor(url).send(`/api/sessions/${sessionId}/workers/${worker}/kill`)
      if (json) return printJson(sent)
      print(`Ended ${worker} of ${sessionId}.`)
    })

export const goOn = () =>
  new Command('continue')
    .summary('continue a conversation that has used up a budget')
    .description('Adds the same amount to the budget once more, and goes on with what was held.')
    .argument('[session]', 'the conversation', sessionIn, 'main')
    .option('--no-wait', 'continue it, and do not wait')
    .addOption(minutesOption())
    .addOption(jsonOption())
    .addOption(urlOption())
    .addHelpText('after', `\nExample:\n  $ baton continue main\n\n${EXIT_HELP}`)
    .action(async (sessionId, { wait, minutes, json = false, url }) => {
      const client = clientFor(url)
      const { lastSeq: after } = await client.get('Session', `/api/sessions/${sessionId}`)
      const sent = await client.send(`/api/sessions/${sessionId}/continue`)
      if (!wait) return json ? printJson(sent) : print(`${sessionId} continues.`)
      if (!json) note(`${sessionId} continues; waiting …`)
      const { messageId } = SCHEMAS.Accepted.parse(sent)
      const options = { after, messageId, isSlashCommand: true, minutes, json }
      process.exitCode = await watchSession(client, sessionId, options)
    })
