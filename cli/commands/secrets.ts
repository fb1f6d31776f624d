/** `baton secrets`: gives a deployment its keys. They never stand on a command line. */
import { text as readAll } from 'node:stream/consumers'
import { Command } from '@commander-js/extra-typings'
import { readSettingsFile, settingsFile } from '../../lib/settings/file.ts'
import { parseSettings } from '../../lib/settings/parse.ts'
import { writeSecret } from '../aws.ts'
import { runChecks } from '../doctor/check.ts'
import { Dependencies } from '../doctor/dependencies.ts'
import { secretChecks } from '../doctor/secrets.ts'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit.ts'
import { jsonOption, stackOption, usage } from '../options.ts'
import { columns, note, print, printJsonLines } from '../print.ts'
import { askSecret } from '../prompt.ts'
import { SECRETS, type SecretRow } from '../secret-table.ts'
import { ROOT } from '../target.ts'

const NAMES = SECRETS.map(({ name }) => name).join(', ')

function rowCalled(name: string): SecretRow {
  const row = SECRETS.find((each) => each.name === name)
  if (row) return row
  throw usage(`There is no secret ${JSON.stringify(name)}, only ${NAMES}.`)
}

/** Returns the value that was typed, or that is on standard input. */
async function readValue({ what, from }: SecretRow): Promise<string> {
  const given = process.stdin.isTTY
    ? await askSecret(`The ${what} (${from})`)
    : await readAll(process.stdin)
  const value = given.trim()
  if (value === '') throw new CliError('There is no value on standard input.')
  return value
}

interface Putting {
  readonly stack: string
  readonly check: boolean
}

async function put(row: SecretRow, { stack, check }: Putting): Promise<void> {
  const settings = parseSettings(readSettingsFile(settingsFile(ROOT)))
  const value = await readValue(row)
  if (check) {
    note('Checking it at its provider …')
    note(`${await row.check(value, settings)}.`)
  }
  await writeSecret(`${stack}/${row.name}`, value)
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
      await put(row, options)
      print(`Set ${options.stack}/${row.name}. Functions read it within five minutes.`)
    })

const rotate = () =>
  new Command('rotate')
    .summary('replace a key by a new one, which is checked first')
    .description(
      'Checks the new key at its provider, and puts it in place of the old one. Keep the old one valid for five minutes more, until all functions have read the new one. Secrets Manager keeps it as AWSPREVIOUS.',
    )
    .argument('<name>', 'which one', rowCalled)
    .addOption(stackOption())
    .option('--no-check', 'do not ask the provider whether it accepts the key')
    .addHelpText('after', `${HOW}\n\nExample:\n  $ baton secrets rotate anthropic-api-key`)
    .action(async (row, options) => {
      await put(row, options)
      const until = new Date(Date.now() + 5 * 60_000).toISOString().slice(11, 16)
      print(
        `Replaced ${options.stack}/${row.name}. Revoke the old key after ${until} UTC: ${row.from}`,
      )
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
      if (rows.some(({ state }) => state === 'fail')) process.exitCode = EXIT.failed
    })

export const secrets = () =>
  new Command('secrets')
    .summary('set, check and rotate the keys of a deployment')
    .addCommand(set())
    .addCommand(check())
    .addCommand(rotate())
