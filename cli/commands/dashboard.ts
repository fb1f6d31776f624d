/** `baton dashboard`: opens the page, signed in, or uploads its files. */
import { Command } from '@commander-js/extra-typings'
import { clientFor } from '../api.ts'
import { stackCalled } from '../aws.ts'
import { openSignedIn } from '../browser.ts'
import { uploadDashboard } from '../deploy/dashboard-files.ts'
import { CliError } from '../errors.ts'
import { numberIn, urlOption } from '../options.ts'
import { note, print } from '../print.ts'
import { settingsFor, stageOption } from '../stage.ts'

const upload = () =>
  new Command('upload')
    .summary('upload its files to a deployment, as baton deploy does')
    .description(
      'Builds the dashboard if its sources have changed, and uploads the files that are different. Those of the release before stay, for pages that are open; older ones are deleted. baton deploy and update do the same; after cdk deploy this command does it.',
    )
    .addOption(stageOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ baton dashboard upload\n  $ baton dashboard upload --stage staging',
    )
    .action(async ({ stage }) => uploadDashboard(await bucketOf(settingsFor(stage).stack)))

async function bucketOf(stack: string): Promise<string> {
  const deployed = await stackCalled(stack)
  const bucket = deployed?.outputs.DashboardBucket
  if (bucket !== undefined) return bucket
  throw deployed === undefined
    ? new CliError(`${stack} is not deployed in this account and region.`, {
        cure: 'Run baton deploy, or choose another AWS_PROFILE or AWS_REGION.',
      })
    : new CliError(`${stack} is ${deployed.status}, and has no output DashboardBucket.`, {
        cure: 'Run baton deploy, which also uploads the files.',
      })
}

export const dashboard = () =>
  new Command('dashboard')
    .summary('open the dashboard in the browser, signed in, or upload its files')
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
    .addHelpText(
      'after',
      '\nExamples:\n  $ baton dashboard\n  $ baton dashboard --print\n  $ baton dashboard upload',
    )
    .addCommand(upload())
    .action(async ({ print: isPrinted = false, keep, url }) => {
      const client = clientFor(url)
      const { dashboardUrl = client.target.url } = await client.get('Access', '/api/access')
      print(dashboardUrl)
      if (isPrinted) return
      await openSignedIn(dashboardUrl, client.target.token, keep * 1000)
      note('The browser has it.')
    })
