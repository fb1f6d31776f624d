/** The settings in the context of the CDK's app: those of baton.json, unless `-c` says otherwise. */
import type { Node } from 'constructs'
import { fromText, parseSettings, type Source } from './parse.ts'
import type { Config } from './schema.ts'

/** The context key for what baton.json says. */
export const FROM_FILE = 'baton:settings'

/** Names of the CDK: flags, paths, and issues that `cdk acknowledge` has put away. Everything else is meant for Baton. */
const isOfTheCdk = (name: string) => /^@|[:/]/.test(name) || name === 'acknowledged-issue-numbers'

/** Reads the settings from the app's context. Throws a SettingsError that names each bad one. */
export function readConfig(node: Node): Config {
  const file: Source | undefined = node.tryGetContext(FROM_FILE)
  const context: Readonly<Record<string, unknown>> = node.root.node.getAllContext()
  const choices = Object.entries(context).filter(([name]) => !isOfTheCdk(name))
  const values = Object.fromEntries(choices.map(([name, text]) => [name, fromText(name, text)]))
  return parseSettings(...(file ? [file] : []), { where: '-c', values })
}
