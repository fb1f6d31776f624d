/** `baton destroy`: deletes a deployment. */
import { Command } from '@commander-js/extra-typings'
import { destroy as perform } from '../deploy/destroy.ts'
import { stageOption } from '../stage.ts'

export const destroy = () =>
  new Command('destroy')
    .summary('delete a deployment; what was said stays, unless you want everything deleted')
    .description(
      'Says what stays, with what it costs, and what is lost; then asks for the name of the stack, and deletes it.',
    )
    .addOption(stageOption())
    .option(
      '--everything',
      'also delete tables, buckets, secrets, logs, sandboxes and, if no other deployment may use it, the E2B template',
    )
    .option('--confirm <stack>', 'the name of the stack, instead of typing it')
    .addHelpText(
      'after',
      `
Examples:
  $ baton destroy
  $ baton destroy --stage staging --everything --confirm Baton-staging`,
    )
    .action((options) => perform(options))
