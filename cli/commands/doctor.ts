/** `baton doctor`: looks at everything that a deployment depends on. */
import { Command } from '@commander-js/extra-typings'
import { accountChecks } from '../doctor/account.ts'
import { type Row, runChecks } from '../doctor/check.ts'
import { Dependencies } from '../doctor/dependencies.ts'
import { machineChecks } from '../doctor/machine.ts'
import { modelChecks } from '../doctor/model.ts'
import { providerChecks } from '../doctor/providers.ts'
import { secretChecks } from '../doctor/secrets.ts'
import { webhookChecks } from '../doctor/webhooks.ts'
import { EXIT } from '../exit.ts'
import { jsonOption, stackOption } from '../options.ts'
import { columns, note, print, printJsonLines } from '../print.ts'

export const doctor = () =>
  new Command('doctor')
    .summary('check everything that a deployment depends on, and say what to do')
    .description(
      'Checks this machine, the AWS account, the keys at their providers, and what is set up there. It changes nothing. Keys come from the environment (E2B_API_KEY, ANTHROPIC_API_KEY, TWILIO_AUTH_TOKEN, SENDGRID_API_KEY) or from the deployed stack.',
    )
    .addOption(stackOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Exit status: 0 if nothing has failed, 1 otherwise. A warning is not a failure.

Examples:
  $ baton doctor
  $ AWS_PROFILE=work baton doctor --json | jq -c 'select(.state == "fail")'`,
    )
    .action(async ({ stack, json = false }) => {
      if (!json) note('Checking …')
      const on = new Dependencies(stack)
      const checks = [
        ...[machineChecks, accountChecks, secretChecks],
        ...[modelChecks, providerChecks, webhookChecks],
      ]
      const rows = await runChecks(checks.flatMap((those) => those(on)))
      if (json) printJsonLines(rows)
      else report(rows)
      if (rows.some(({ state }) => state === 'fail')) process.exitCode = EXIT.failed
    })

function report(rows: readonly Row[]): void {
  print(columns(rows.map(({ name, state, detail }) => [state.toUpperCase(), name, detail])))
  const open = rows.filter(({ cure }) => cure !== undefined)
  const cures = open.map(({ name, cure }) => `  ${name}: ${cure}`).join('\n')
  print(open.length === 0 ? '\nNothing is to be done.' : `\nTo be done:\n${cures}`)
}
