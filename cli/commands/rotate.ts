/** `baton secrets rotate`: a new value in place of the old one, and nothing is refused in between. */
import { randomBytes } from 'node:crypto'
import { Command } from '@commander-js/extra-typings'
import { acceptedUntil, type VerifyingSecret } from '../../src/core/rotation.ts'
import { readSecret, stackCalled, writeSecret } from '../aws.ts'
import { storedToken, storeToken } from '../credentials.ts'
import { stackOption, usage } from '../options.ts'
import { note, print } from '../print.ts'
import { OWN_SECRETS, type OwnSecretRow, SECRETS, type SecretRow } from '../secret-table.ts'
import { checkedValue } from '../secret-value.ts'

type Row = SecretRow | OwnSecretRow
const ALL: readonly Row[] = [...SECRETS, ...OWN_SECRETS]
const namesOf = (rows: readonly Row[]) => rows.map(({ name }) => name).join(', ')

const isOwn = (row: Row): row is OwnSecretRow => 'as' in row

function rowCalled(name: string): Row {
  const row = ALL.find((each) => each.name === name)
  if (row) return row
  // What was typed may be a secret itself.
  throw usage(`There is no secret of this name, only ${namesOf(ALL)}.`)
}

interface Rotating {
  readonly stack: string
  readonly check: boolean
  /** Whether the old value is refused as soon as possible. */
  readonly now: boolean
}

/** How long functions keep a secret. */
const KEPT_MS = 5 * 60_000

export const rotate = () =>
  new Command('rotate')
    .summary('replace a key or a token by a new one, without downtime')
    .description(
      `Puts a new value in place of the old one. A provider's key is checked there first. What verifies (tokens, signatures) accepts both values for a while. Baton makes its own secrets anew by itself: ${namesOf(OWN_SECRETS)}.`,
    )
    .argument('<name>', 'which one', rowCalled)
    .addOption(stackOption())
    .option('--no-check', 'do not ask the provider whether it accepts the key')
    .option('--now', 'the old value has leaked: refuse it after five minutes', false)
    .addHelpText(
      'after',
      `
A provider's key comes from standard input or is asked for; it is never an argument.
Secrets: ${namesOf(ALL)}

Examples:
  $ baton secrets rotate anthropic-api-key
  $ baton secrets rotate api-token --now`,
    )
    .action(async (row, options) => {
      const id = `${options.stack}/${row.name}`
      const old = isOwn(row) ? await readSecret(id) : undefined
      const value = isOwn(row)
        ? randomBytes(32).toString('base64url')
        : await checkedValue(row, options)
      await writeSecret(id, value)
      // Secrets Manager keeps two versions. A second new one with the same value takes the place of the old value.
      if (options.now) await writeSecret(id, value)
      print(`Replaced ${id}. ${whatNow(row, options)}`)
      if (old !== undefined && row.name.endsWith('-token'))
        await signInAnew(options.stack, old, value)
    })

const timeOf = (ms: number) => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`

function whatNow(row: Row, { now }: Rotating): string {
  const verifies: { as: VerifyingSecret; advice: string } | undefined = isOwn(row)
    ? row
    : row.verifies
  if (verifies === undefined)
    return `Revoke the old key after ${timeOf(Date.now() + KEPT_MS)}: ${'from' in row ? row.from : ''}`
  const until = now ? Date.now() + KEPT_MS : acceptedUntil(verifies.as, Date.now())
  return `The old one is accepted until ${timeOf(until)}. ${now ? '' : verifies.advice}`.trim()
}

/** Keeps the new token for the other commands if they use the old one. */
async function signInAnew(stack: string, old: string, token: string): Promise<void> {
  const address = (await stackCalled(stack))?.outputs.ApiUrl
  if (address === undefined) return
  const { origin } = new URL(address)
  if (storedToken(origin) !== old) return
  storeToken(origin, token)
  note(`You are signed in at ${origin} with the new one.`)
}
