/** The command line: its commands, and how it ends. */

import tab from '@bomb.sh/tab/commander'
import { Command, CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings'
import type { Command as PlainCommand } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { goOn, kill, stop } from './commands/control.ts'
import { dashboard } from './commands/dashboard.ts'
import { deploy, update } from './commands/deploy.ts'
import { destroy } from './commands/destroy.ts'
import { doctor } from './commands/doctor.ts'
import { init } from './commands/init.ts'
import { invite } from './commands/invite.ts'
import { login, logout } from './commands/login.ts'
import { people } from './commands/people.ts'
import { answer, approve, deny, questions } from './commands/questions.ts'
import { redrive } from './commands/redrive.ts'
import { say, watch } from './commands/say.ts'
import { secrets } from './commands/secrets.ts'
import { sessions, show } from './commands/sessions.ts'
import { template } from './commands/template.ts'
import { tokens } from './commands/tokens.ts'
import { trace } from './commands/trace.ts'
import { usageByDay } from './commands/usage.ts'
import { webhooks } from './commands/webhooks.ts'
import { CliError, reasonOf } from './errors.ts'
import { EXIT } from './exit.ts'
import { takeSecrets } from './given-secrets.ts'
import { note } from './print.ts'

const EXAMPLES = `
Examples:
  $ baton say What can you do?              against the Baton that npm start runs
  $ baton say --url https://… Hello         against a deployment; baton login first
  $ baton questions                         what waits for a person
  $ baton init                              chooses the settings of a deployment
  $ baton <command> --help                  more about a command, with examples

Completion, for example for bash:
  $ source <(baton complete bash)`

const program = () => {
  const baton = new Command('baton')
    .description('Operates Baton: the one that npm start runs from this checkout, or a deployment.')
    .version(packageJson.version)
    .showSuggestionAfterError()
    .showHelpAfterError('(baton --help shows the commands, baton <command> --help its options)')
    .addHelpText('after', EXAMPLES)
    .configureOutput({ outputError: (text, write) => write(withoutValues(text)) })
    .exitOverride()
  const groups = {
    'Talk:': [say(), watch(), questions(), answer(), approve(), deny()],
    'Look after:': [
      sessions(),
      show(),
      stop(),
      kill(),
      goOn(),
      people(),
      usageByDay(),
      trace(),
      redrive(),
      dashboard(),
    ],
    'Set up:': [
      init(),
      doctor(),
      secrets(),
      template(),
      webhooks(),
      deploy(),
      update(),
      destroy(),
      login(),
      logout(),
      tokens(),
      invite(),
    ],
  }
  for (const [group, commands] of Object.entries(groups))
    for (const command of commands) baton.addCommand(command.helpGroup(group))
  // The same class at run time; only its types are stricter.
  tab(baton as unknown as PlainCommand)
  inherit(baton)
  return baton
}

/**
 * Returns an error of the command line without the values that were typed. One may be a secret that does not belong there, and
 * errors are kept in logs.
 */
const withoutValues = (text: string): string =>
  text
    .replace(/(unknown option '-[^=']*)=[\s\S]*?'(?=\n|$)/, "$1'")
    .replace(/(but got \d+): [\s\S]*?\.(?=\n|$)/, '$1.')

/** Gives the commands below one how it treats errors. commander does that only for those which it creates itself. */
function inherit(command: CommandUnknownOpts): void {
  for (const inner of command.commands) {
    inner.copyInheritedSettings(command)
    inherit(inner)
  }
}

/** Runs a command line. Returns the exit status; whatever went wrong was said without a stack trace. */
export async function runBaton(words: readonly string[]): Promise<number> {
  endQuietlyWithoutReader()
  takeSecrets()
  try {
    await program().parseAsync(words, { from: 'user' })
    return Number(process.exitCode ?? EXIT.done)
  } catch (error) {
    // Commander has printed what is wrong, or the help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
    note(`${error instanceof CliError ? error.message : reasonOf(error)}`)
    if (error instanceof CliError && error.cure !== undefined) note(error.cure)
    return error instanceof CliError ? error.exitStatus : EXIT.failed
  }
}

/** As in `baton sessions | head`. */
function endQuietlyWithoutReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.done)
    throw error
  })
}
