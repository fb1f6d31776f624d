/** `baton dashboard`: opens the page, signed in. */
import { Command } from '@commander-js/extra-typings'
import { clientFor } from '../api.ts'
import { openSignedIn } from '../browser.ts'
import { numberIn, urlOption } from '../options.ts'
import { note, print } from '../print.ts'

export const dashboard = () =>
  new Command('dashboard')
    .summary('open the dashboard in the browser, signed in')
    .description(
      'Opens the dashboard in the browser, signed in with the token of this command. The token is on no command line and in no log: the browser gets it from a file that only you can read, which is removed at once. BROWSER names another browser.',
    )
    .option('--print', 'only print the address, without the token')
    .option(
      '--keep <seconds>',
      'how long the browser has to read the file',
      (text) => numberIn(text, { min: 0, max: 600 }),
      10,
    )
    .addOption(urlOption())
    .addHelpText('after', '\nExamples:\n  $ baton dashboard\n  $ baton dashboard --print')
    .action(async ({ print: isPrinted = false, keep, url }) => {
      const client = clientFor(url)
      const { dashboardUrl = client.target.url } = await client.get('Access', '/api/access')
      print(dashboardUrl)
      if (isPrinted) return
      await openSignedIn(dashboardUrl, client.target.token, keep * 1000)
      note('The browser has it.')
    })
