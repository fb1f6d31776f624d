/** `baton login` and `logout`: keeps the token of a deployment for the other commands. */
import { text as readAll } from 'node:stream/consumers'
import { Command } from '@commander-js/extra-typings'
import { SCHEMAS } from '../../src/contract/api/index.ts'
import { readAs } from '../api.ts'
import { credentialsFile, forgetToken, storeToken } from '../credentials.ts'
import { CliError } from '../errors.ts'
import { print } from '../print.ts'
import { askSecret } from '../prompt.ts'
import { originOf } from '../target.ts'

export const login = () =>
  new Command('login')
    .summary('keep the token of a deployment, for the other commands')
    .description(
      'Asks for the token of a deployment, or reads it from standard input, checks it, and keeps it in a file that only you can read.',
    )
    .requiredOption('--url <address>', 'the output ApiUrl of the deployment')
    .addHelpText(
      'after',
      `
The token is the secret <stack>/api-token, or <stack>/read-token to look only. Never put it on the command line.

Example:
  $ aws secretsmanager get-secret-value --secret-id Baton/api-token --query SecretString --output text |
      baton login --url https://abc123.execute-api.eu-central-1.amazonaws.com`,
    )
    .action(async ({ url: address }) => {
      const url = originOf(address)
      const given = process.stdin.isTTY
        ? await askSecret(`Token for ${url}`)
        : await readAll(process.stdin)
      const token = given.trim()
      if (token === '') throw new CliError('There is no token on standard input.')
      const { access } = SCHEMAS.Access.parse(
        await readAs({ url, token, isLocal: false }, '/api/access'),
      )
      storeToken(url, token)
      print(
        `Signed in at ${url} as ${access}; the token is in ${credentialsFile()}.\nFor all commands: export BATON_URL=${url}`,
      )
    })

export const logout = () =>
  new Command('logout')
    .summary('forget the token of a deployment')
    .requiredOption('--url <address>', 'the output ApiUrl of the deployment')
    .action(({ url }) => {
      const origin = originOf(url)
      print(
        forgetToken(origin) ? `Forgot the token for ${origin}.` : `There was none for ${origin}.`,
      )
    })
