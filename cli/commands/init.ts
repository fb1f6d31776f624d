/** `baton init`: asks for the choices that most operators make, checks them, and writes baton.json. */
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { intro, outro, text } from '@clack/prompts'
import { Command } from '@commander-js/extra-typings'
import { readSettingsFile, SETTINGS_FILE, settingsFile } from '../../lib/settings/file.ts'
import { fromText, parseSettings } from '../../lib/settings/parse.ts'
import { usage } from '../options.ts'
import { isInteractive, print } from '../print.ts'
import { answered } from '../prompt.ts'
import { problemWith, SETTING_QUESTIONS } from '../settings-questions.ts'
import { ROOT } from '../target.ts'

type Values = Readonly<Record<string, unknown>>

export const init = () =>
  new Command('init')
    .summary('choose the settings, and write baton.json')
    .description(
      `Asks for the settings that most operators choose, checks them, and writes ${SETTINGS_FILE}. What the file already says stays, unless you change it. The file holds no secret: commit it.`,
    )
    .option(
      '--set <name=value>',
      'choose a setting and ask nothing; may be repeated',
      (pair: string, all: readonly string[]) => [...all, pair],
      [],
    )
    .option('--file <path>', 'the file to write', settingsFile(ROOT))
    .addHelpText(
      'after',
      `
docs/settings.md lists all settings. A value that is not text is JSON.

Examples:
  $ baton init
  $ baton init --set 'people=["+15550100", "@example.com"]' --set historyDays=90
  $ baton init --set smsNumber=+15550199 --set twilioAccountSid=AC…`,
    )
    .action(async ({ set, file }) => {
      const old = readSettingsFile(file).values
      const isAsking = set.length === 0
      if (isAsking && !isInteractive())
        throw usage(
          'Nobody can be asked here.',
          'Choose with --set, for example --set \'people=["+15550100"]\'.',
        )
      const values = isAsking ? await ask(old) : { ...old, ...Object.fromEntries(set.map(pairIn)) }
      parseSettings({ where: path.basename(file), values })
      const existed = existsSync(file)
      const content = { $schema: './baton.schema.json', ...values }
      writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`)
      print(
        `${existed ? 'Updated' : 'Wrote'} ${file}. It holds no secret: commit it.\nNext: baton doctor, then baton deploy.`,
      )
    })

function pairIn(pair: string): readonly [string, unknown] {
  const at = pair.indexOf('=')
  if (at < 1)
    throw usage(`${JSON.stringify(pair)} is not name=value.`, 'For example: --set linkDays=3')
  const name = pair.slice(0, at)
  return [name, fromText(name, pair.slice(at + 1))]
}

/** Asks for each setting with its old value as the answer. An empty answer chooses nothing. */
async function ask(old: Values): Promise<Values> {
  const output = process.stderr
  intro('Settings of Baton. Enter keeps an answer; Ctrl-C changes nothing.', { output })
  let values = old
  for (const question of SETTING_QUESTIONS) {
    const { name, message, placeholder, applies, read, shown } = question
    if (applies && !applies(values)) continue
    const given = answered(
      await text({
        message,
        placeholder,
        output,
        initialValue: name in values ? shown(values[name]) : '',
        validate: (typed = '') => problemWith(question, typed),
      }),
    ).trim()
    const { [name]: _, ...others } = values
    values = given === '' ? others : { ...others, [name]: read(given) }
  }
  outro('These settings are consistent.', { output })
  return values
}
