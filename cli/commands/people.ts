/** `baton people`: who may write to Baton and be written to. */
import { Command } from '@commander-js/extra-typings'
import { type Client, clientFor } from '../api.ts'
import { jsonOption, urlOption } from '../options.ts'
import { pages } from '../pages.ts'
import { columns, print, printJsonLines } from '../print.ts'

const route = (address: string) => `/api/people/${encodeURIComponent(address)}`

async function list(client: Client, json: boolean): Promise<void> {
  const rows = [...(await listed(client, 'allowed')), ...(await listed(client, 'unknown'))]
  if (json)
    return printJsonLines(
      rows.map(([address, scope, remark]) => ({ address, list: scope, remark })),
    )
  if (rows.length === 0) return print('Nobody may write yet: baton people allow <address>')
  print(columns([['ADDRESS', 'LIST', 'REMARK'], ...rows]))
}

/** Returns a row for each person: address, list, and a remark. */
async function listed(client: Client, scope: 'allowed' | 'unknown') {
  const rows: (readonly [string, string, string])[] = []
  let configured: readonly string[] = []
  for await (const page of pages(client, 'PersonPage', `/api/people?list=${scope}`)) {
    if (scope === 'allowed') configured = page.configured
    for (const { address, email = '', reason, messages } of page.people)
      rows.push([address, scope, reason === undefined ? email : `${reason}, ${messages}×`])
  }
  return [...configured.map((each) => [each, scope, 'by the setting people'] as const), ...rows]
}

const listCommand = () =>
  new Command('list')
    .summary('list who may write, and who tried without being listed')
    .addOption(jsonOption())
    .addOption(urlOption())
    .action(({ json = false, url }) => list(clientFor(url), json))

const allow = () =>
  new Command('allow')
    .summary('put a number, an address or a domain on the list')
    .argument('<address>', '+15550100, ada@example.com, or @example.com for everyone there')
    .option('--email <address>', 'of a number: gets what could not be delivered by SMS')
    .addOption(urlOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ baton people allow +15550100 --email ada@example.com\n  $ baton people allow @example.com',
    )
    .action(async (address, { email, url }) => {
      const body = email === undefined ? {} : { body: { email } }
      await clientFor(url).send(route(address), { method: 'PUT', ...body })
      print(`${address} may write to Baton and be written to.`)
    })

const remove = () =>
  new Command('remove')
    .summary('take a number, an address or a domain off the list')
    .argument('<address>')
    .addOption(urlOption())
    .action(async (address, { url }) => {
      await clientFor(url).send(route(address), { method: 'DELETE' })
      print(`${address} is not on the list any more.`)
    })

export const people = () =>
  new Command('people')
    .summary('list, allow and remove people')
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(allow())
    .addCommand(remove())
