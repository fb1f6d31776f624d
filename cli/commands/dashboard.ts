/** `baton dashboard`: where the page is. */
import { Command } from '@commander-js/extra-typings'
import { stackCalled } from '../aws.ts'
import { CliError } from '../errors.ts'
import { stackOption, urlOption } from '../options.ts'
import { note, print } from '../print.ts'
import { findTarget } from '../target.ts'

export const dashboard = () =>
  new Command('dashboard')
    .summary('print the address of the dashboard')
    .description(
      'Prints the address of the dashboard. Of a deployment it is an output of the stack, so AWS credentials are needed. The page asks for the token, which is not printed.',
    )
    .addOption(stackOption())
    .addOption(urlOption())
    .addHelpText('after', '\nExample:\n  $ xdg-open "$(baton dashboard)"')
    .action(async ({ stack, url }) => {
      const target = findTarget(url)
      print(target.isLocal ? target.url : await addressOf(stack))
      note(
        target.isLocal
          ? 'Sign in with the token in .local/token.'
          : `Sign in with the secret ${stack}/api-token, or ${stack}/read-token to look only.`,
      )
    })

async function addressOf(stack: string): Promise<string> {
  const address = (await stackCalled(stack))?.outputs.DashboardUrl
  if (address !== undefined) return address
  throw new CliError(`The stack ${stack} is not deployed in this account and region.`, {
    cure: 'Choose another AWS_PROFILE or AWS_REGION, or name it with --stack.',
  })
}
