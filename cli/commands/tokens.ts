/** `baton tokens`: named tokens for more operators, readers and programs. */
import { Command } from '@commander-js/extra-typings'
import { tokenName } from '../../src/contract/api/ids.ts'
import { SCHEMAS, type ShapeOf } from '../../src/contract/api/index.ts'
import { LONGEST_TOKEN_DAYS } from '../../src/core/bearer-token.ts'
import { type Client, clientFor } from '../api.ts'
import { jsonOption, numberIn, urlOption, usage } from '../options.ts'
import { columns, note, print, printJsonLines } from '../print.ts'

const NEVER = 'never' as const

/** How many days a token is valid. */
type Days = number | typeof NEVER

/** Returns a number of days, or `never`. Throws a CliError for anything else. */
export function daysIn(text: string): Days {
  if (text === NEVER) return NEVER
  const [, days] = /^(\d{1,3})d$/.exec(text) ?? []
  if (days === undefined)
    throw usage(`${JSON.stringify(text)} is not a time such as 30d, or never.`)
  return numberIn(days, { min: 1, max: LONGEST_TOKEN_DAYS })
}

/** Returns a name that a token may have. Throws a CliError that says what is wrong with it. */
export function tokenNameIn(text: string): string {
  const { error } = tokenName.safeParse(text)
  if (error === undefined) return text
  throw usage(`${JSON.stringify(text)}: ${error.issues[0]?.message}.`)
}

export interface Wanted {
  readonly name: string
  readonly isReader: boolean
  readonly expires: Days
}

/** Makes a token. The response has it, and nothing else ever will. */
export async function createToken(
  client: Client,
  { name, isReader, expires }: Wanted,
): Promise<ShapeOf<'CreatedToken'>> {
  const access = isReader ? 'reader' : 'operator'
  const body = { name, access, ...(expires !== NEVER && { expiresInDays: expires }) }
  return SCHEMAS.CreatedToken.parse(await client.send('/api/tokens', { body }))
}

/** Returns until when a token is valid, as a phrase. */
export const untilWhen = (expiresAt: string | null): string =>
  expiresAt === null ? 'until it is revoked' : `until ${expiresAt.slice(0, 10)}`

const listCommand = () =>
  new Command('list')
    .summary('list the named tokens, and when they expire')
    .addOption(jsonOption())
    .addOption(urlOption())
    .action(async ({ json = false, url }) => {
      const { tokens } = await clientFor(url).get('TokenList', '/api/tokens')
      if (json) return printJsonLines(tokens)
      if (tokens.length === 0)
        return print(
          'There are no named tokens: baton invite <name>, or baton tokens create <name>',
        )
      const now = new Date().toISOString()
      const rows = tokens.map(({ name, access, createdAt, expiresAt }) => [
        name,
        access,
        createdAt.slice(0, 10),
        expiresAt !== null && expiresAt <= now ? 'expired' : (expiresAt?.slice(0, 10) ?? NEVER),
      ])
      print(columns([['NAME', 'ACCESS', 'CREATED', 'EXPIRES'], ...rows]))
    })

const create = () =>
  new Command('create')
    .summary('make a token for a program, and print it once')
    .description(
      'Makes a token and prints it, alone, on standard output. Baton stores only its hash, so nobody can show it again. For a person, use baton invite.',
    )
    .argument('<name>', 'what the token is called in the log', tokenNameIn)
    .option('--read', 'may read everything and change nothing')
    .option('--expires <time>', 'when it expires: 30d, or never', daysIn, NEVER)
    .addOption(urlOption())
    .addHelpText(
      'after',
      '\nExample:\n  $ (umask 077; baton tokens create nightly-report --read --expires 90d > token)',
    )
    .action(async (name, { read = false, expires, url }) => {
      const made = await createToken(clientFor(url), { name, isReader: read, expires })
      print(made.token)
      note(
        `This is the token ${name} (${made.access}, valid ${untilWhen(made.expiresAt)}). It is not shown again.`,
      )
    })

const revoke = () =>
  new Command('revoke')
    .summary('revoke a token; it is refused after a minute at the latest')
    .argument('<name>', 'its name', tokenNameIn)
    .addOption(urlOption())
    .addHelpText('after', '\nExample:\n  $ baton tokens revoke ada')
    .action(async (name, { url }) => {
      await clientFor(url).send(`/api/tokens/${name}`, { method: 'DELETE' })
      print(`Revoked ${name}. It is refused after a minute at the latest.`)
    })

export const tokens = () =>
  new Command('tokens')
    .summary('list, create and revoke named tokens')
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(create())
    .addCommand(revoke())
