/** What checks build on. Each is looked at once, however many checks need it. */
import { readSettingsFile, settingsFile } from '../../lib/settings/file.ts'
import { parseSettings } from '../../lib/settings/parse.ts'
import type { Config } from '../../lib/settings/schema.ts'
import { type Client, clientOf } from '../api.ts'
import { identity, readSecret, stackCalled } from '../aws.ts'
import { givenSecret } from '../given-secrets.ts'
import { parseSettingFor, publicKeyOf } from '../providers/sendgrid.ts'
import type { TwilioAccount } from '../providers/twilio.ts'
import { isGenerated, SECRETS, type SecretRow } from '../secret-table.ts'
import { idsOf, resourcesOf } from '../stack-resources.ts'
import { originOf, ROOT } from '../target.ts'
import { type Inbound, inboundOf } from '../webhooks/twilio-inbound.ts'
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

  /** Throws a Skip without valid credentials. `instead` is what would do as well. */
  async account(...instead: readonly string[]): Promise<void> {
    await this.identity().catch(() => {
      throw new Skip(['needs AWS credentials', ...instead].join(', or '))
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
      const own = givenSecret(row.variable)
      if (own) return { value: own, where: row.variable }
      await this.account(row.variable)
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

  /** Returns the physical ids of the stack's resources of a type. Throws a Skip if it is not deployed. */
  async resources(type: string): Promise<readonly string[]> {
    await this.output('ApiUrl')
    return idsOf(await this.#once('resources', () => resourcesOf(this.stackName)), type)
  }

  /** Returns a client of the deployed API, with the operator's token. */
  async client(): Promise<Client> {
    const url = await this.output('ApiUrl')
    const token = await this.#once('api-token', () => readSecret(`${this.stackName}/api-token`))
    if (token === undefined) throw new Skip('needs the secret api-token')
    return clientOf({ url: originOf(url), token, isLocal: false })
  }

  /** Returns the account at Twilio. Throws a Skip if SMS is off. */
  async twilio(): Promise<TwilioAccount> {
    const { twilioAccountSid } = this.validSettings()
    if (twilioAccountSid === undefined) throw new Skip('SMS is off')
    return { accountSid: twilioAccountSid, authToken: await this.key('twilio-auth-token') }
  }

  /** Returns the setting at Twilio that says where the SMS to Baton go. */
  async inbound(): Promise<Inbound> {
    const twilio = await this.twilio()
    return this.#once('inbound', () => inboundOf(twilio, this.validSettings()))
  }

  /** Returns the hostname at which Baton receives email. Throws a Skip if email is off. */
  hostname(): string {
    const { emailAddress } = this.validSettings()
    if (emailAddress === undefined) throw new Skip('email is off')
    return emailAddress.slice(emailAddress.lastIndexOf('@') + 1)
  }

  /** Returns the public key that SendGrid's security policy has, and the one that the deployment verifies with. */
  async publicKeys(): Promise<{ policyKey?: string; publicKey?: string }> {
    const [hostname, key] = [this.hostname(), await this.key('sendgrid-api-key')]
    const policy = (await parseSettingFor(key, hostname))?.security_policy
    const policyKey = policy ? await publicKeyOf(key, policy) : undefined
    const publicKey = await this.key('sendgrid-public-key').catch(() => undefined)
    return {
      ...(policyKey !== undefined && { policyKey }),
      ...(publicKey !== undefined && { publicKey }),
    }
  }

  #once<T>(name: string, look: () => Promise<T>): Promise<T> {
    const known = this.#known.get(name) as Promise<T> | undefined
    const value = known ?? look()
    this.#known.set(name, value)
    return value
  }
}
