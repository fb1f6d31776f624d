/** Which deployment a command of the operator is for: the stage in baton.json, or another one. */
import { Option } from '@commander-js/extra-typings'
import { readSettingsFile, settingsFile } from '../lib/settings/file.ts'
import { parseSettings } from '../lib/settings/parse.ts'
import { type Config, stackNameOf } from '../lib/settings/schema.ts'
import { ROOT } from './target.ts'

export const stageOption = () =>
  new Option(
    '--stage <name>',
    'another deployment in the same account; by default that of baton.json',
  )

/** Returns the settings for a stage, and the name of its stack. Throws a SettingsError. */
export function settingsFor(stage: string | undefined): { settings: Config; stack: string } {
  const file = readSettingsFile(settingsFile(ROOT))
  const settings = parseSettings(
    file,
    ...(stage === undefined ? [] : [{ where: '--stage', values: { stage } }]),
  )
  return { settings, stack: stackNameOf(settings) }
}
