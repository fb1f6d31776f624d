/** What of baton.json applies on this machine. */
import path from 'node:path'
import { readSettingsFile, SETTINGS_FILE } from '../lib/settings/file.ts'
import { parseSettings } from '../lib/settings/parse.ts'
import { isLocal, SETTING_NAMES } from '../lib/settings/schema.ts'

/**
 * Returns the settings that the file has and that `npm start` follows; the people apart, because they are not part of the
 * template here. Throws a SettingsError that names each bad one, also of those that only a deployment follows.
 */
export function readOwnChoices(root: string) {
  const source = readSettingsFile(path.join(root, SETTINGS_FILE))
  const { people } = parseSettings(source)
  const names = SETTING_NAMES.filter((name) => name in source.values)
  const followed = names.filter((name) => name !== 'people' && isLocal(name))
  return {
    people: names.includes('people') ? people : undefined,
    settings: Object.fromEntries(followed.map((name) => [name, source.values[name]])),
  }
}
