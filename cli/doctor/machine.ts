/** Checks of this machine: Node, packages and settings. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import * as z from 'zod'
import { SETTINGS_FILE, settingsFile } from '../../lib/settings/file.ts'
import { ROOT } from '../target.ts'
import { type Check, fail, ok, warn } from './check.ts'
import type { Dependencies } from './dependencies.ts'

const packages = z.object({
  packages: z.record(z.string(), z.looseObject({ version: z.string().optional() })),
})

const lockIn = (...name: string[]) =>
  packages.parse(JSON.parse(readFileSync(path.join(ROOT, ...name), 'utf8'))).packages

/** The version that `package.json` brings, with which all scripts run. */
const OLDEST_NODE = 22

const node: Check = {
  name: 'Node',
  find: async () => {
    const major = Number(process.versions.node.split('.')[0])
    return major >= OLDEST_NODE
      ? ok(process.version)
      : fail(`${process.version} is too old.`, 'Start baton as npx baton, after npm ci.')
  },
}

const installed: Check = {
  name: 'packages',
  find: async () => {
    if (!existsSync(path.join(ROOT, 'node_modules', '.package-lock.json')))
      return fail('They are not installed.', 'Run npm ci.')
    const here = lockIn('node_modules', '.package-lock.json')
    const wanted = Object.entries(lockIn('package-lock.json')).filter(([name]) => name !== '')
    // Packages for other platforms are not installed.
    const other = wanted.filter(
      ([name, { version }]) => here[name] && here[name].version !== version,
    )
    const [first] = other
    return first === undefined
      ? ok(`${Object.keys(here).length} as in package-lock.json`)
      : fail(`${other.length} differ from package-lock.json, such as ${first[0]}.`, 'Run npm ci.')
  },
}

const settings = (on: Dependencies): Check => ({
  name: 'settings',
  find: async () => {
    const { smsNumber, messagingServiceSid, emailAddress, people } = on.settings()
    const channels = ['HTTP', ...(smsNumber || messagingServiceSid ? ['SMS'] : [])]
    if (emailAddress) channels.push('email')
    const detail = `${channels.join(', ')}; people: ${people.length}`
    return existsSync(settingsFile(ROOT))
      ? ok(detail)
      : warn(`There is no ${SETTINGS_FILE}, so defaults apply: ${detail}.`, 'Run baton init.')
  },
})

export const machineChecks = (on: Dependencies): readonly Check[] => [node, installed, settings(on)]
