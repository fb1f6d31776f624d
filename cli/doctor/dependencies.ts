/** What checks build on. Each is looked at once, however many checks need it. */
import { readSettingsFile, settingsFile } from '../../lib/settings/file.ts'
import { parseSettings } from '../../lib/settings/parse.ts'
import type { Config } from '../../lib/settings/schema.ts'
import { identity, readSecret, stackCalled } from '../aws.ts'
import { isGenerated, SECRETS, type SecretRow } from '../secret-table.ts'
import { ROOT } from '../target.ts'
import { Skip } from './check.ts'

export class Dependencies {
  readonly stackName: string
  readonly #known = new Map<string, Promise<unknown>>()

  constructor(stackName: string) {
    this.stackName = stackName
  }

  /** The settings. Throws a SettingsError. */
  settings(): Config {
    return parseSettings(readSettingsFile(settingsFile(ROOT)))
  }

  /** The settings, for checks that are about something else. Throws a Skip if they are wrong. */
  validSettings(): Config {
    try {
      return this.settings()
    } catch {
      throw new Skip('needs valid settings')
    }
  }

  identity() {
    return this.#once('identity', identity)
  }

  /** Throws a Skip without valid credentials. */
  async account(): Promise<void> {
    await this.identity().catch(() => {
      throw new Skip('needs AWS credentials')
    })
  }

  async stack() {
    await this.account()
    return this.#once('stack', () => stackCalled(this.stackName))
  }

  /** Returns an output of the deployed stack. Throws a Skip if it is not deployed. */
  async output(name: string): Promise<string> {
    const value = (await this.stack())?.outputs[name]
    if (value === undefined) throw new Skip(`needs a deployed stack ${this.stackName}`)
    return value
  }

  /** Returns a secret from its variable or from the deployed stack, and where it was; undefined if it is not set yet. */
  secret(row: SecretRow): Promise<{ value: string; where: string } | undefined> {
    return this.#once(row.name, async () => {
      const own = process.env[row.variable]
      if (own) return { value: own, where: row.variable }
      await this.account()
      const where = `${this.stackName}/${row.name}`
      const value = await readSecret(where)
      return value === undefined || isGenerated(value) ? undefined : { value, where }
    })
  }

  /** Returns a secret that works. Throws a Skip without one, because another check says what is wrong. */
  async key(name: string): Promise<string> {
    const row = SECRETS.find((each) => each.name === name)
    const found = row && (await this.secret(row).catch(() => undefined))
    if (!found) throw new Skip(`needs the secret ${name}`)
    return found.value
  }

  #once<T>(name: string, look: () => Promise<T>): Promise<T> {
    const known = this.#known.get(name) as Promise<T> | undefined
    const value = known ?? look()
    this.#known.set(name, value)
    return value
  }
}
