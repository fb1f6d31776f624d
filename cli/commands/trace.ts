/** `baton trace`: everything of one run in a file, without secrets. */
import { Command } from '@commander-js/extra-typings'
import { clientFor } from '../api.ts'
import { numberIn, sessionIn, stackOption, urlOption } from '../options.ts'
import { note, print } from '../print.ts'
import { writePrivate } from '../private-output.ts'
import { backendOf } from '../trace/backend.ts'
import { collect } from '../trace/collect.ts'
import { secretRemover } from '../trace/remove-secrets.ts'

const STANDARD_OUTPUT = '-'

export const trace = () =>
  new Command('trace')
    .summary('write everything of one run to a file, without secrets')
    .description(
      'Collects what there is about one run, to attach it to a report: history with deliveries, workers, the states of its executions, log lines, settings and versions. It is JSON, a record a line. Secrets are removed; what people wrote is not. Of a deployment it reads Step Functions and CloudWatch, so AWS credentials are needed.',
    )
    .argument('<session>', 'the conversation', sessionIn)
    .argument('[run]', 'the number of the run; the latest without it', (text) =>
      numberIn(text.replace(/^r/, ''), { min: 1, max: 1e9 }),
    )
    .option('--file <path>', 'where to write it, - for standard output')
    .addOption(stackOption())
    .addOption(urlOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ baton trace main\n  $ baton trace main r3 --file - | jq -c \'select(.kind == "log")\'',
    )
    .action(async (sessionId, run, { file, stack, url }) => {
      const client = clientFor(url)
      const content = async () => {
        const backend = await backendOf(client.target, stack)
        const without = secretRemover([client.target.token, ...(await backend.secrets())])
        const records = await collect(client, backend, { sessionId, run })
        return records.map((record) => `${JSON.stringify(without(record))}\n`).join('')
      }
      if (file === STANDARD_OUTPUT) return void process.stdout.write(await content())
      const to = file ?? `baton-trace-${sessionId}${run === undefined ? '' : `-r${run}`}.jsonl`
      note('Collecting …')
      await writePrivate(to, content)
      print(to)
      note('It has no secrets, but what people wrote. Look through it before you send it.')
    })
