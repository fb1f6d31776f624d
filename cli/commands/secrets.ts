/** `baton secrets`: gives a deployment its keys. They never stand on a command line. */
import { Command } from '@commander-js/extra-typings'
import { writeSecret } from '../aws.ts'
import { runChecks } from '../doctor/check.ts'
import { Dependencies } from '../doctor/dependencies.ts'
import { secretChecks } from '../doctor/secrets.ts'
import { EXIT } from '../exit.ts'
import { jsonOption, stackOption, usage } from '../options.ts'
import { columns, print, printJsonLines } from '../print.ts'
import { SECRETS, type SecretRow } from '../secret-table.ts'
import { checkedValue } from '../secret-value.ts'
import { rotate } from './rotate.ts'

const NAMES = SECRETS.map(({ name }) => name).join(', ')

function rowCalled(name: string): SecretRow {
  const row = SECRETS.find((each) => each.name === name)
  if (row) return row
  // What was typed may be a secret itself.
  throw usage(`There is no secret of this name, only ${NAMES}.`)
}

const HOW = `
The value comes from standard input or is asked for; it is never an argument, so it is in no history and no list of processes.
Secrets: ${NAMES}`

const set = () =>
  new Command('set')
    .summary('check a key at its provider, and give it to the deployment')
    .argument('<name>', 'which one', rowCalled)
    .addOption(stackOption())
    .option('--no-check', 'do not ask the provider whether it accepts the key')
    .addHelpText(
      'after',
      `${HOW}\n\nExamples:\n  $ baton secrets set e2b-api-key\n  $ pass show e2b | baton secrets set e2b-api-key`,
    )
    .action(async (row, options) => {
      await writeSecret(`${options.stack}/${row.name}`, await checkedValue(row, options))
      print(`Set ${options.stack}/${row.name}. Functions read it within five minutes.`)
    })

const check = () =>
  new Command('check')
    .summary('check that the secrets are set, and that their providers accept them')
    .addOption(stackOption())
    .addOption(jsonOption())
    .action(async ({ stack, json = false }) => {
      const rows = await runChecks(secretChecks(new Dependencies(stack)))
      if (json) printJsonLines(rows)
      else
        print(
          columns(
            rows.map(({ name, state, detail, cure = '' }) => [
              state.toUpperCase(),
              name,
              `${detail} ${cure}`,
            ]),
          ),
        )
      // What could not be checked may be wrong.
      if (rows.some(({ state }) => state === 'fail' || state === 'skipped'))
        process.exitCode = EXIT.failed
    })

export const secrets = () =>
  new Command('secrets')
    .summary('set, check and rotate the keys of a deployment')
    .addCommand(set())
    .addCommand(check())
    .addCommand(rotate())
