/** `baton invite`: a token for another person, with all that they need to sign in. */
import { Command } from '@commander-js/extra-typings'
import { clientFor } from '../api.ts'
import { invitationText } from '../invitation.ts'
import { urlOption } from '../options.ts'
import { note, print } from '../print.ts'
import { writePrivate } from '../private-output.ts'
import { createToken, daysIn, tokenNameIn, untilWhen, type Wanted } from './tokens.ts'

const STANDARD_OUTPUT = '-'

export const invite = () =>
  new Command('invite')
    .summary('make an invitation for another person')
    .description(
      'Makes a token for another person, and writes it with the address and with how to sign in to a file that only you can read. Send them the file over a private channel: who has it can sign in. baton tokens revoke <name> ends it.',
    )
    .argument('<name>', 'the person, as the log calls them', tokenNameIn)
    .option('--read', 'they may read everything and change nothing')
    .option('--expires <time>', 'when the token expires: 30d, or never', daysIn, 30)
    .option('--file <path>', 'where to write it, - for standard output')
    .addOption(urlOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ baton invite ada --expires 90d\n  $ baton invite grace --read --file - | gpg -e -r grace@example.com > invitation.gpg',
    )
    .action(async (name, { read = false, expires, file, url }) => {
      const wanted = { name, isReader: read, expires }
      const to = file ?? `baton-invitation-${name}.txt`
      if (to === STANDARD_OUTPUT) return print(await invitationFor(wanted, url))
      await writePrivate(to, () => invitationFor(wanted, url))
      print(to)
      note(
        `Send this file to ${name} over a private channel, and delete it. baton tokens revoke ${name} ends it.`,
      )
    })

async function invitationFor(wanted: Wanted, address: string | undefined): Promise<string> {
  const client = clientFor(address)
  const { dashboardUrl } = await client.get('Access', '/api/access')
  const { name, access, expiresAt, token } = await createToken(client, wanted)
  const { url } = client.target
  return invitationText({ url, token, name, access, valid: untilWhen(expiresAt), dashboardUrl })
}
