/** `baton deploy` and `baton update`: from settings to a deployment that has answered a message. */
import { Command } from '@commander-js/extra-typings'
import { deploy as perform } from '../deploy/deploy.ts'
import { minutesOption } from '../options.ts'
import { stageOption } from '../stage.ts'

const WHAT_HAPPENS = `
What happens, each step only if the one before it has succeeded:
  1. The settings and the keys that they need are checked. Missing keys are asked for, or read from E2B_API_KEY and the like.
  2. If the account is not prepared for the CDK, it is bootstrapped; if the E2B account has no template, it is built.
  3. The difference is shown. Nothing is changed until you agree.
  4. The stack is changed, a line for each resource, and the outputs are printed on standard output.
  5. The dashboard is built if its sources have changed, and its files are uploaded, only those that are different.
  6. A message goes through the whole loop. If there is no reply, the reason is looked up.

Exit status: 0 if the reply came; 1 if a step failed; 2 if the command line is wrong; 3 to 6 as for baton say, if the message
of step 6 had another end.`

const withOptions = (command: Command) =>
  command
    .addOption(stageOption())
    .option('-y, --yes', 'agree to everything but the loss of data')
    .option(
      '--allow-data-loss',
      'with --yes: even if a table, bucket, queue or secret is replaced or deleted',
    )
    .option('--dry-run', 'show the difference, and change nothing of the stack')
    .option(
      '--no-keys',
      'deploy without keys that are missing; nothing is answered until they are set',
    )
    .option('--no-test', 'send no message')
    .option('--no-alarms', 'let no alarm roll the update back, for example if one is on already')
    .addOption(minutesOption().default(10))

export const deploy = () =>
  withOptions(new Command('deploy'))
    .summary('deploy what is in this checkout, and see that it answers')
    .description(
      'Deploys this checkout with the settings of baton.json to the AWS account of your credentials, or updates what is deployed.',
    )
    .addHelpText(
      'after',
      `${WHAT_HAPPENS}

Examples:
  $ baton deploy
  $ baton deploy --dry-run
  $ baton deploy --stage staging --yes`,
    )
    .action(async (options) => {
      process.exitCode = await perform({ ...options, mustExist: false })
    })

export const update = () =>
  withOptions(new Command('update'))
    .summary('update a deployment; alarms roll it back')
    .description(
      'The same as baton deploy for a stack that exists. Five alarms are watched during the update and for five minutes after: if one goes off, CloudFormation restores the previous version.',
    )
    .addHelpText(
      'after',
      `
A rollback restores functions, rights and settings as they were. Conversations and their data are not touched by either
direction, and open runs continue. Files of the dashboard stay as they were, because they are uploaded after the stack. The E2B
template is not part of the stack.
${WHAT_HAPPENS}

Example, after git pull:
  $ npm ci && baton template build && baton update`,
    )
    .action(async (options) => {
      process.exitCode = await perform({ ...options, mustExist: true })
    })
