/** `baton login` and `logout`: keeps the token of a deployment for the other commands. */
import { readFileSync } from 'node:fs'
import { text as readAll } from 'node:stream/consumers'
import { Command } from '@commander-js/extra-typings'
import { SCHEMAS } from '../../src/contract/api/index.ts'
import { readAs } from '../api.ts'
import { credentialsFile, forgetToken, storeToken } from '../credentials.ts'
import { CliError, reasonOf } from '../errors.ts'
import { type Invitation, readInvitation } from '../invitation.ts'
import { usage } from '../options.ts'
import { print } from '../print.ts'
import { askSecret } from '../prompt.ts'
import { originOf } from '../target.ts'

export const login = () =>
  new Command('login')
    .summary('keep the token of a deployment, for the other commands')
    .description(
      'Asks for the token of a deployment, or reads it from standard input or an invitation, checks it, and keeps it in a file that only you can read.',
    )
    .option('--url <address>', 'the output ApiUrl of the deployment')
    .option('--invite <file>', 'an invitation of baton invite; - for standard input')
    .addHelpText(
      'after',
      `
The token is the secret <stack>/api-token, or <stack>/read-token to look only. Never put it on the command line.

Examples:
  $ baton login --invite baton-invitation-ada.txt
  $ aws secretsmanager get-secret-value --secret-id Baton/api-token --query SecretString --output text |
      baton login --url https://abc123.execute-api.eu-central-1.amazonaws.com`,
    )
    .action(async ({ url: address, invite }) => {
      const { url, token } = await given(address, invite)
      const { access, name } = SCHEMAS.Access.parse(
        await readAs({ url, token, isLocal: false }, '/api/access'),
      )
      storeToken(url, token)
      print(
        `Signed in at ${url} as ${name === undefined ? access : `${name} (${access})`}; the token is in ${credentialsFile()}.\nFor all commands: export BATON_URL=${url}`,
      )
      if (invite !== undefined && invite !== STANDARD_INPUT) print(`Delete ${invite} now.`)
    })

const STANDARD_INPUT = '-'

/** Returns where to sign in and with what. Throws a CliError if the options or the token are missing. */
async function given(address: string | undefined, invite: string | undefined): Promise<Invitation> {
  if (invite !== undefined) {
    if (address !== undefined) throw usage('An invitation has an address: leave out --url.')
    const invitation = readInvitation(await textOf(invite))
    return { ...invitation, url: originOf(invitation.url) }
  }
  if (address === undefined) throw usage('Give --url <address>, or --invite <file>.')
  const url = originOf(address)
  const typed = process.stdin.isTTY
    ? await askSecret(`Token for ${url}`)
    : await readAll(process.stdin)
  const token = typed.trim()
  if (token === '') throw new CliError('There is no token on standard input.')
  return { url, token }
}

async function textOf(file: string): Promise<string> {
  try {
    return file === STANDARD_INPUT ? await readAll(process.stdin) : readFileSync(file, 'utf8')
  } catch (cause) {
    throw new CliError(`${file} cannot be read: ${reasonOf(cause)}.`, { cause })
  }
}

export const logout = () =>
  new Command('logout')
    .summary('forget the token of a deployment')
    .option('--url <address>', 'the output ApiUrl of the deployment; by default BATON_URL')
    .addHelpText(
      'after',
      '\nExample:\n  $ baton logout --url https://….execute-api.eu-central-1.amazonaws.com',
    )
    .action(({ url = process.env.BATON_URL }) => {
      if (url === undefined)
        throw usage('Which deployment is meant?', 'Give --url, or set BATON_URL.')
      const origin = originOf(url)
      print(
        forgetToken(origin) ? `Forgot the token for ${origin}.` : `There was none for ${origin}.`,
      )
    })
